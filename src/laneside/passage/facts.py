"""From what a radio session found, the lists and the journal to the facts that the rules look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from laneside.codec import CodecError, parse_capp
from laneside.contract.parameters import ListedObject, Policy
from laneside.passage import notes as n
from laneside.passage.lane import Waiting
from laneside.reader import Presented, PresentedCard, PresentedTag
from laneside.rules import CappFacts, CardFacts, Facts, Finding, IssuedVehicle, Repeat, RepeatBy, Severity, TagFacts
from laneside.statuslist import StatusListIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidPassage:
    """A passage of the last minutes that ended in a debit on this terminal."""

    card_id: str
    contract_serial: str | None
    plate: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the checks need besides card and tag. ``paid`` holds the passages inside the repeat window."""

    now: datetime
    station_hex: str
    policy: Policy
    status_list: StatusListIndex | None
    paid: tuple[PaidPassage, ...]
    waiting: Waiting


def facts_of(presented: Presented, around: Surroundings) -> Facts:
    """Return the facts of a presented pair."""
    card = presented.card
    open_trade = around.waiting.open_trade
    return Facts(
        now=around.now,
        station_hex=around.station_hex,
        tag=None if presented.tag is None else _tag_facts(presented.tag, around.status_list),
        card=None if card is None else _card_facts(card, around),
        card_trouble=presented.card_trouble,
        tag_trouble=presented.tag_trouble,
        other_tags=len(presented.other_tags),
        psam_present=presented.psam.present,
        psam_authorised=presented.psam.authorised,
        psam_trouble=presented.psam.trouble,
        list_age_s=None if around.status_list is None else around.status_list.age_s(around.now),
        repeats=tuple(_repeats(presented, around)),
        lane_open_trade=card is not None and open_trade is not None and open_trade.card_id == card.card_id,
        policy=around.policy,
    )


def keep(findings: Iterable[Finding]) -> tuple[n.FindingRecord, ...]:
    """Return findings as the journal keeps them."""
    return tuple(
        n.FindingRecord(code=f.code, severity=f.severity, releasable=f.releasable, params=dict(f.params))
        for f in findings
    )


def recall(record: n.FindingRecord) -> Finding:
    """Return a kept finding as the rules made it."""
    return Finding(
        code=record.code, severity=Severity(record.severity), releasable=record.releasable, params=record.params
    )


def _tag_facts(tag: PresentedTag, status_list: StatusListIndex | None) -> TagFacts:
    system, vehicle, block = tag.system, tag.vehicle, tag.passage
    return TagFacts(
        status=tag.status,
        issuer=system.issuer,
        contract_serial=system.contract_serial,
        signed=system.signed,
        expiry=system.expiry,
        removal_flag=system.removal_flag,
        vehicle=None
        if vehicle is None
        else IssuedVehicle(plate=vehicle.plate, colour=vehicle.plate_colour, toll_class=vehicle.toll_class),
        copied_card_id=None if block is None else _card_id_of_copy(block.issue_copy),
        listed=_listed(status_list, ListedObject.OBU, system.contract_serial),
        single_chip=tag.single_chip,
        trouble=tag.trouble,
    )


def _card_facts(card: PresentedCard, around: Surroundings) -> CardFacts:
    issue = card.issue
    return CardFacts(
        card_id=issue.card_id,
        issuer=issue.issuer,
        card_type=issue.card_type,
        start=issue.start,
        expiry=issue.expiry,
        vehicle=IssuedVehicle(plate=issue.plate, colour=issue.plate_colour, toll_class=issue.toll_class),
        balance_fen=card.balance_fen,
        capp=_capp_facts(card.capp, around.policy),
        locked=card.locked,
        listed=_listed(around.status_list, ListedObject.CARD, issue.card_id),
    )


def _capp_facts(data: bytes, policy: Policy) -> CappFacts | None:
    """Read 0019; what can't be understood says nothing of a former passage, and that is not an error of this one."""
    try:
        record = parse_capp(data, layout=policy.layout_0019)
    except CodecError:
        return None
    if record.unix_time_s == 0:
        return None
    return CappFacts(status=record.status, station_hex=record.station_hex, moment=record.moment)


def _card_id_of_copy(issue_copy: bytes) -> str | None:
    """Return the card number in EF04's copy of 0015 bytes 0–19; None where the tag never met a card."""
    number = issue_copy[10:20]
    return None if number in (bytes(10), b"\xff" * 10) else number.hex()


def _listed(status_list: StatusListIndex | None, listed: ListedObject, key: str) -> tuple[int, ...]:
    return () if status_list is None else status_list.types_of(listed, key)


def _repeats(presented: Presented, around: Surroundings) -> Iterable[Repeat]:
    card_id = None if presented.card is None else presented.card.card_id
    serial = None if presented.tag is None else presented.tag.system.contract_serial
    plates = set(_presented_plates(presented))
    for paid in around.paid:
        by = None
        if card_id is not None and paid.card_id == card_id:
            by = RepeatBy.CARD
        elif serial is not None and paid.contract_serial == serial:
            by = RepeatBy.OBU
        elif paid.plate in plates:
            by = RepeatBy.PLATE
        if by is not None:
            age_s = int((around.now - paid.at).total_seconds())
            yield Repeat(by=by, age_s=age_s, this_terminal=True)


def _presented_plates(presented: Presented) -> Iterable[str]:
    if presented.tag is not None and presented.tag.vehicle is not None:
        yield presented.tag.vehicle.plate
    if presented.card is not None:
        yield presented.card.issue.plate
