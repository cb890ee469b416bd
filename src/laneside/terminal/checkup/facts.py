"""What was found on a terminal before a shift."""

from __future__ import annotations

from dataclasses import dataclass

from laneside.reader import PsamState


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Each ``…_trouble`` is empty where all is well; None means that it could not be told, or that there is none.

    ``reader_cause`` is the error's code, ``firmware`` what an integrated reader says of its make.
    ``clock_ahead_s`` is by how much the centre's clock is ahead of ours. ``authorisation_trouble`` is the last reason
    why the centre's answer could not be had. ``pcsc_readers`` is None where PC/SC is not installed or not running,
    ``plate_trouble`` where the province wants no plate read.
    """

    reader_trouble: str
    reader_cause: str
    firmware: str
    psam: PsamState
    authorisation_trouble: str
    centre_trouble: str
    clock_ahead_s: float | None
    journal_trouble: str
    journal_entries: int
    sync_ms: float | None
    sync_trouble: str
    free_mb: int
    battery_percent: int | None
    parameters_version: int | None
    list_version: str
    list_age_s: int | None
    tariff_version: str
    unsent: int
    refused: int
    open_debits: int
    serial_ports: tuple[str, ...]
    pcsc_readers: tuple[str, ...] | None
    plate_trouble: str | None
