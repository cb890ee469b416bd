"""Templates and what every one of them may ask for: texts, money, times, addresses of static files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from laneside.clock import BEIJING
from laneside.passage.answers import Rejected
from laneside.passage.view import Words
from laneside.terminal.services import Language, Preference
from laneside.terminal.web.static_files import StaticFiles
from laneside.terminal.web.texts import say, text_of
from laneside.vocab import yuan


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
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


def _text(language: Language, key: str, /, **params: object) -> str:
    return text_of(key, language, **params)
