"""Rules for the last passage: a trip still running, a repeat at this station, a trade that the lane left open."""

from __future__ import annotations

from laneside.rules.finding import Finding, note, stop, warn
from laneside.rules.vehicle_facts import Facts, Repeat, RepeatBy

RUNNING = frozenset((0x01, 0x03, 0x10))
FINISHED = frozenset((0x04, 0x05, 0x06))
_STRENGTH = {by: rank for rank, by in enumerate(RepeatBy)}


def last_passage_unclear(facts: Facts) -> Finding | None:
    """Find ``last-passage-unclear``: record 1 of 0019 does not decode, so no repeat or running trip can be seen."""
    return warn("last-passage-unclear") if facts.card is not None and facts.card.capp is None else None


def clock_behind_card(facts: Facts) -> Finding | None:
    """Find ``clock-behind-card``: the card was written later than now.

    Eight hours mean that the writer took local time for UTC (spec/unknowns.md 3).
    """
    age_s = _capp_age_s(facts)
    if age_s is None or -age_s <= facts.policy.clock_step_s_max:
        return None
    return warn("clock-behind-card", ahead_s=-age_s)


def running_trip(facts: Facts) -> Finding | None:
    """Find ``running-trip``: a closed trip was never ended; refuse, or overwrite after release (spec/unknowns.md 6)."""
    age_s = _capp_age_s(facts)
    if age_s is None or facts.card is None or facts.card.capp is None or facts.card.capp.status not in RUNNING:
        return None
    if age_s >= facts.policy.running_trip_age_s_max:
        return None
    capp = facts.card.capp
    releasable = facts.policy.running_trip == "overwrite"
    return stop("running-trip", releasable=releasable, entry=capp.station_hex, age_s=max(age_s, 0))


def repeated(facts: Facts) -> Finding | None:
    """Find event 141: this card, OBU or plate passed this station inside the window (spec/recovery.md section 4).

    A passage in the station's own records always counts. One that only 0019 shows does not count while the lane reports
    an open trade of this very card: both are the same purchase.
    """
    known = [repeat for repeat in facts.repeats if repeat.age_s <= facts.policy.duplicate_window_s]
    if known:
        return _repeat(min(known, key=lambda repeat: (_STRENGTH[repeat.by], repeat.age_s)))
    age_s = _shown_age_s(facts)
    if age_s is None or facts.lane_open_trade:
        return None
    return stop(141, by="0019", age_s=max(age_s, 0), terminal="-")


def lane_open_trade(facts: Facts) -> Finding | None:
    """Find ``lane-open-trade``: the lane debited this card and got no answer; that trade is finished, not repeated."""
    return note("lane-open-trade") if facts.lane_open_trade and facts.card is not None else None


def _repeat(repeat: Repeat) -> Finding:
    where = "this" if repeat.this_terminal else "other"
    return stop(141, by=repeat.by.value, age_s=repeat.age_s, terminal=where)


def _shown_age_s(facts: Facts) -> int | None:
    age_s = _capp_age_s(facts)
    if age_s is None or facts.card is None or facts.card.capp is None:
        return None
    capp = facts.card.capp
    here = capp.station_hex.upper() == facts.station_hex.upper() and capp.status in FINISHED
    return age_s if here and abs(age_s) <= facts.policy.duplicate_window_s else None


def _capp_age_s(facts: Facts) -> int | None:
    if facts.card is None or facts.card.capp is None:
        return None
    return int((facts.now - facts.card.capp.moment).total_seconds())
