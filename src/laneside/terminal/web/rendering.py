"""Templates and what every one of them may ask for: texts, money, times; and the static files they name."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from laneside.clock import BEIJING
from laneside.passage.answers import Rejected
from laneside.terminal.preferences import Preference
from laneside.vocab.words import Language, Words, yuan

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_FOREVER = "public, max-age=31536000, immutable"


@cache
def catalogue() -> MappingProxyType[str, Words]:
    """Return all texts by their dotted key."""
    source = files("laneside.terminal") / "locale" / "messages.toml"
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            f"{table}.{name}": Words(zh=pair[0], en=pair[1])
            for table, pairs in tables.items()
            for name, pair in pairs.items()
        }
    )


def say(text: Words | str, language: Language) -> str:
    """Return a text in a language; a plain string is a name and the same in both."""
    if isinstance(text, str):
        return text
    return text.en if language is Language.EN else text.zh


def text_of(key: str, language: Language, **params: object) -> str:
    """Return a catalogue text with its parameters filled in. KeyError for a key that is not there."""
    text = say(catalogue()[key], language)
    return text.format(**params) if params else text


def clock_time(moment: datetime) -> str:
    """Write the time of day in Beijing."""
    return moment.astimezone(BEIJING).strftime("%H:%M:%S")


def date_time(moment: datetime) -> str:
    """Write date and time in Beijing."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def digits_time(digits: str) -> str:
    """Write ``yyyyMMddHHmmss`` as day and time."""
    return f"{digits[4:6]}-{digits[6:8]} {digits[8:10]}:{digits[10:12]}"


def grouped(digits: str) -> str:
    """Part a long number into groups of four, so that it can be read aloud."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def short_date(day: date) -> str:
    """Write month and day."""
    return f"{day.month}-{day.day:02d}"


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of the last action: beside a field where the page has it, else at the top of the page."""

    rejected: tuple[Rejected, ...] = ()
    language: Language = Language.ZH

    def beside(self, *fields: str) -> tuple[str, ...]:
        """Return the messages that belong beside one of these fields."""
        return tuple(say(one.text, self.language) for one in self.rejected if one.field in fields)

    def elsewhere(self, *fields: str) -> tuple[str, ...]:
        """Return the messages that belong beside none of these fields."""
        return tuple(say(one.text, self.language) for one in self.rejected if one.field not in fields)


class Renderer:
    """Draw templates in the language and light that the device is set to."""

    def __init__(self, statics: StaticFiles) -> None:
        self._environment = Environment(
            loader=PackageLoader("laneside.terminal"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["static"] = statics.url
        self._environment.filters.update(
            yuan=yuan,
            clock_time=clock_time,
            date_time=date_time,
            grouped=grouped,
            short_date=short_date,
            digits_time=digits_time,
        )

    def draw(
        self,
        template: str,
        preference: Preference,
        rejected: tuple[Rejected, ...],
        values: Mapping[str, object],
    ) -> str:
        """Return the HTML of a template."""
        language = preference.language

        def spoken(text: Words | str) -> str:
            return say(text, language)

        return self._environment.get_template(template).render(
            t=partial(_text, language),
            say=spoken,
            lang=language.value,
            theme=preference.theme.value,
            notices=Notices(rejected=rejected, language=language),
            **values,
        )


class StaticFiles:
    """All static files of the package in memory (under 400 KB), by their path."""

    def __init__(self) -> None:
        self._files = dict(_walk(files("laneside.terminal") / "static", ""))
        digest = hashlib.sha256()
        for path in sorted(self._files):
            digest.update(path.encode() + b"\0" + self._files[path])
        self.fingerprint = digest.hexdigest()[:12]

    def url(self, path: str) -> str:
        """Return the address of a file; the path must exist."""
        assert path in self._files, path
        return f"/static/{self.fingerprint}/{path}"

    async def serve(self, request: Request) -> Response:
        """Answer ``/static/{fingerprint}/{path}``; an old fingerprint gets the present file, uncached."""
        path = request.path_params["path"]
        content = self._files.get(path)
        suffix = "." + path.rpartition(".")[2]
        if content is None or suffix not in _TYPES:
            return Response(status_code=404)
        current = request.path_params["fingerprint"] == self.fingerprint
        headers = {"cache-control": _FOREVER if current else "no-store"}
        return Response(content, media_type=_TYPES[suffix], headers=headers)


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif "." + entry.name.rpartition(".")[2] in _TYPES:
            found.append((prefix + entry.name, entry.read_bytes()))
    return found


def _text(language: Language, key: str, /, **params: object) -> str:
    return text_of(key, language, **params)
