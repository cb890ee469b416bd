"""The ids that a terminal makes at the source (spec/exit-record.md section 1, virtual-and-defaults.md section 5)."""

from __future__ import annotations

from datetime import datetime

from laneside.clock import BEIJING, beijing_digits

COUNTER_MAX = 9999


def passage_id(*, lane_hex: str, at: datetime, random_number: int) -> str:
    """Return a 通行日志ID: ``L`` + lane hex 10 + ``T`` + time 17 digits + ``R`` + 5 digits."""
    millisecond = at.microsecond // 1000
    return f"L{lane_hex}T{beijing_digits(at)}{millisecond:03d}R{random_number % 100_000:05d}"


def batch(*, lane_id: str, at: datetime) -> str:
    """Return lane GB code 21 and hour of Beijing time 10: what all ids of one lane and hour begin with."""
    return f"{lane_id}{at.astimezone(BEIJING):%Y%m%d%H}"


def next_id(*, lane_id: str, at: datetime, slot: int, highest: str | None) -> str:
    """Return the next 37-character id of a lane, hour and terminal slot, above the highest given so far.

    ``highest`` is the highest id of the same batch and slot in the journal, or None.
    """
    prefix = id_prefix(lane_id=lane_id, at=at, slot=slot)
    assert highest is None or highest.startswith(prefix), "ids of another lane, hour or slot do not count"
    counter = 1 if highest is None else int(highest[-4:]) + 1
    assert counter <= COUNTER_MAX, "no lane clears ten thousand vehicles in an hour by hand"
    return f"{prefix}{counter:04d}"


def id_prefix(*, lane_id: str, at: datetime, slot: int) -> str:
    """Return what the ids of this terminal share on one lane in one hour."""
    return f"{batch(lane_id=lane_id, at=at)}{slot:02d}"


def pass_id(*, card_id: str, exit_time: str) -> str:
    """Return the 通行标识 of a dual-chip or card passage: ``01`` + card number 20 + time 14."""
    return f"01{card_id}{exit_time}"
