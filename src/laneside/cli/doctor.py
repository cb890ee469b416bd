"""``laneside doctor``: is this terminal fit for a shift? The same lines as the page 班前检查."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from laneside.cli.trace import DEFAULT_TERMINAL

if TYPE_CHECKING:
    from laneside.terminal.reader_choice import Connections

BAD_STATUS = 2
ANSWER_S_MAX = 20.0
_MARKS = {"ok": "✓", "warn": "!", "stop": "✕"}

Json = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    data: Annotated[Path, typer.Option(help="folder of the terminal; the demo's if left out")] = DEFAULT_TERMINAL,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of lines")] = False,
) -> None:
    """Look at reader, PSAM, centre, clock, journal, disk, battery and documents. Exit status 0 ok, 1 warn, 2 stop.

    A running terminal is asked, so that its PSAM keeps its power; else its devices are opened and let go again.
    """
    import json

    from laneside.errors import LanesideError
    from laneside.terminal.checkup.report import CheckLevel

    try:
        report = _report(data)
    except LanesideError as error:
        typer.echo(f"laneside doctor: {error}", err=True)
        raise typer.Exit(BAD_STATUS) from error
    typer.echo(json.dumps(report, ensure_ascii=False, indent=2) if as_json else _as_text(report))
    raise typer.Exit(CheckLevel(report["level"]).exit_status)


def _report(data: Path) -> Json:
    """Examine the terminal of a folder. Raises SettingError, JournalError."""
    import json

    import msgspec

    from laneside.devices.machine import is_locked
    from laneside.errors import SettingError
    from laneside.sync.folder import DiskFolder
    from laneside.terminal.checkup.checkup import checkup_of
    from laneside.terminal.reader_choice import Connections

    if not (data / "device").is_dir():
        raise SettingError(f"there is no terminal in {data}")
    connections = Connections.load(DiskFolder(data / "device"))
    if connections is None:
        raise SettingError(f"the terminal in {data} was never started")
    if is_locked(data):
        return _of_running(connections)
    with checkup_of(data, connections) as checkup:
        report = checkup.examine()
        told: Json = json.loads(msgspec.json.encode({"level": report.level, "at": report.at, "items": report.items}))
        return told


def _of_running(connections: Connections) -> Json:
    """Ask the terminal that holds the folder. Raises SettingError when it does not answer."""
    import httpx2

    from laneside.errors import SettingError

    url = connections.pages_url
    try:
        answer = httpx2.get(f"{url}/check", headers={"accept": "application/json"}, timeout=ANSWER_S_MAX)
        answer.raise_for_status()
        told: Json = answer.json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise SettingError(f"the terminal is running but does not answer at {url}: {error}") from error
    return told


def _as_text(report: Json) -> str:
    from datetime import datetime

    from laneside.clock import BEIJING

    at = datetime.fromisoformat(report["at"]).astimezone(BEIJING).isoformat(sep=" ", timespec="seconds")
    lines = [f"{_MARKS[report['level']]} {report['level']}  {at}"]
    for item in report["items"]:
        title = f"{item['title']['zh']} {item['title']['en']}"
        lines.append(f"{_MARKS[item['level']]} {item['level']:<4}  {title}: {_both(item['value'])}")
        if item["remedy"]["zh"]:
            lines.append(f"        → {_both(item['remedy'])}")
    return "\n".join(lines)


def _both(words: Json) -> str:
    return str(words["zh"]) if words["zh"] == words["en"] else f"{words['zh']} / {words['en']}"
