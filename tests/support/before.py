"""The folders of ``tests/data/before``, written by an earlier version, and what is known of the vehicles in them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

FOLDERS: Final = Path(__file__).parents[1] / "data" / "before"
WORK_DATE: Final = "2025-03-03"


@dataclass(frozen=True)
class Kept:
    """One vehicle as its page must show it. ``ending`` is None while it is in work; balances None of a charge card."""

    plate: str
    ending: str | None
    state: str = "delivered"
    fee_fen: int | None = None
    balances_fen: tuple[int | None, int | None] | None = None
    codes: tuple[int | str, ...] = ()
    reason: str = ""


def _paid(plate: str, fee_fen: int, after_fen: int, *codes: int | str, before_fen: int = 50000) -> Kept:
    return Kept(plate, "completed", fee_fen=fee_fen, balances_fen=(before_fen, after_fen), codes=codes)


UNPAID: Final = (50000, None)
OPEN_DEBIT: Final = Kept("甘AY5678", "unknown", "unknown", balances_fen=UNPAID)
IN_WORK: Final = Kept("甘A8K631", None, "waiting", balances_fen=UNPAID)

VEHICLES: Final = (
    _paid("甘A12345", 1045, 48955),
    _paid("甘A8K631", 1045, 48955),
    _paid("甘AY5678", 1568, 48432, 140),
    _paid("甘A4U660", 1045, 50000, "lane-open-trade", before_fen=51045),
    Kept("甘A2C418", "refused", balances_fen=(500, None), codes=(27,), reason="不符"),
    Kept("甘A0M727", "refused", balances_fen=UNPAID, codes=(24,), reason="不符"),
    Kept("甘A6L390", "abandoned", codes=(5,), reason="车辆驶离"),
    _paid("甘AD20188", 1045, 48955),
    Kept("甘A7G119", "transferred", balances_fen=UNPAID, reason="未扣费"),
    _paid("甘A6F680", 5121, 44879),
    _paid("甘A8V973", 1045, 48955, "running-trip"),
    Kept("甘A12345", "abandoned", balances_fen=UNPAID, reason="经核实未扣费"),
    Kept("甘A12345", "abandoned", balances_fen=UNPAID, reason="绕行"),
    _paid("甘A12345", 1045, 48955),
    Kept("甘A3H902", "completed", "rejected", 0, (50000, 50000)),
    Kept("甘A6F680", "completed", "waiting", 5121, (50000, 44879)),
    OPEN_DEBIT,
    Kept("甘A9B207", "completed", "waiting", 1045, (None, None)),
    Kept("甘A2C418", "refused", "waiting", balances_fen=(500, None), codes=(27,), reason="不符"),
    Kept("甘A3H902", "completed", "waiting", 0, (50000, 50000)),
    IN_WORK,
)
"""In the order in which they came."""

LOST_PLATE: Final = "甘AY5678"
"""Of a vehicle that only the centre knows: the terminal's folder was put back to a copy from before it."""


def copied(to: Path) -> Path:
    """Copy the folders, so that they may be opened."""
    return Path(shutil.copytree(FOLDERS, to, dirs_exist_ok=True))


def ask(database: Path, query: str, *values: object) -> list[Any]:
    """Ask a journal's or a centre's file itself."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchall()


def last_entry_at(data: Path) -> datetime:
    """Return when the terminal wrote for the last time."""
    ((at,),) = ask(data / "terminal" / "journal.sqlite3", "SELECT max(at) FROM entry")
    return datetime.fromisoformat(at)
