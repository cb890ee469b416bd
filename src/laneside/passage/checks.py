"""The checks of a passage, each at its moment: what was read, what was confirmed, what it costs.

Facts come from what a radio session found, the lists and the journal; which rules look at them says the flow.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from laneside.card.user_card import PresentedCard
from laneside.codec.card import parse_capp
from laneside.contract.parameters import ListedObject, Policy
from laneside.errors import CodecError
from laneside.passage.answers import NOT_AS_WRITTEN, WRONG_CLOCK, Rejected
from laneside.passage.flows.flow import Flow
from laneside.passage.lane import Waiting
from laneside.passage.passage_journal import BegunDebit, PassageJournal
from laneside.passage.picture.plate_evidence import pair_plates, witness_of
from laneside.passage.ports import Documents
from laneside.passage.state import Confirmed, PassageState, WithPicture
from laneside.reader.port import Presented, PresentedTag
from laneside.rules.finding import Finding, Severity
from laneside.rules.vehicle_facts import (
    CappFacts,
    CardFacts,
    Facts,
    IssuedVehicle,
    Repeat,
    RepeatBy,
    SeenVehicle,
    TagFacts,
)
from laneside.statuslist.index import StatusListIndex
from laneside.tariff.quote import FeeQuote, NoFee, quote

OPEN_DEBIT: Final = "open-debit"
JOURNAL_DAMAGED: Final = "journal-damaged"
CLOCK_BEHIND: Final = "clock-behind"
CLOCK_AHEAD: Final = "clock-ahead"
CLOCK_LATE: Final = "clock-late"

_OPEN: Final = Finding(code=OPEN_DEBIT, severity=Severity.STOP)


class CheckContext(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks need besides card and tag. ``paid`` holds the debits inside the repeat window."""

    now: datetime
    station_hex: str
    policy: Policy
    status_list: StatusListIndex | None
    paid: tuple[BegunDebit, ...]
    waiting: Waiting


class Checks:
    """Bring facts, rules and tariff together for one terminal."""

    def __init__(self, *, passages: PassageJournal, documents: Documents) -> None:
        self._passages = passages
        self._documents = documents

    def policy(self) -> Policy:
        """Return the province's settings, or the defaults before any arrived."""
        parameters = self._documents.parameters(self._passages.now())
        return Policy() if parameters is None else parameters.policy

    def read(self, flow: Flow, presented: Presented, waiting: Waiting, *, lane_hex: str) -> tuple[Finding, ...]:
        """Check what one radio session found; a debit that is still open for this card or tag stops everything."""
        findings = flow.check_read(self._facts(presented, waiting, lane_hex))
        return (*self._open_debits(presented), *self._terminal(), *findings)

    def confirmed(self, flow: Flow, stage: WithPicture) -> tuple[Finding, ...]:
        """Check what the collector saw against tag and card, and against open debits of the same plate."""
        picture, chosen = stage.picture, stage.state.selected
        seen = SeenVehicle(
            plate=picture.plate,
            colour=picture.colour,
            toll_class=chosen.toll_class,
            vehicle_kind=chosen.vehicle_kind,
            read=witness_of(stage.state),
        )
        findings = flow.check_confirmed(self._facts_again(stage), seen)
        same_plate = any(debit.intent.plate == picture.plate for debit in self._passages.open_debits())
        return (*((_OPEN,) if same_plate else ()), *findings)

    def fee(self, flow: Flow, stage: Confirmed, fee_fen: int) -> tuple[Finding, ...]:
        """Check whether the fee can be debited."""
        return tuple(flow.check_fee(self._facts_again(stage), fee_fen))

    def price(self, stage: Confirmed) -> FeeQuote | NoFee:
        """Price the passage as confirmed, at this moment."""
        vehicle = stage.presented.vehicle
        self._documents.await_contact()
        now = self._passages.now()
        return quote(
            self._documents.tariff(now),
            station_hex=stage.state.opened.lane_hex[:8],
            toll_class=stage.toll_class,
            vehicle_kind=stage.vehicle_kind,
            seats=None if vehicle is None else vehicle.seats,
            at=now,
        )

    def list_version(self) -> str:
        """Return the version of the status list in use; empty while none was ever loaded."""
        status_list = self._documents.status_list(self._passages.now())
        return "" if status_list is None else status_list.version

    def obstacle(self, state: PassageState) -> Rejected | None:
        """Return what keeps this terminal from any debit now and was not released: its journal or its clock."""
        released = {release.code for release in state.released}
        unreleased = [found.code for found in self._terminal() if not (found.releasable and found.code in released)]
        if not unreleased:
            return None
        return NOT_AS_WRITTEN if JOURNAL_DAMAGED in unreleased else WRONG_CLOCK

    def _facts_again(self, stage: WithPicture) -> Facts:
        return self._facts(stage.presented, stage.read.waiting, stage.state.opened.lane_hex)

    def _facts(self, presented: Presented, waiting: Waiting, lane_hex: str) -> Facts:
        now, policy = self._passages.now(), self.policy()
        context = CheckContext(
            now=now,
            station_hex=lane_hex[:8],
            policy=policy,
            status_list=self._documents.status_list(now),
            paid=self._passages.paid_since(policy.duplicate_window_s),
            waiting=waiting,
        )
        return facts_of(presented, context)

    def _terminal(self) -> tuple[Finding, ...]:
        """Find what is wrong with the terminal itself. A journal that was changed is no ground for a debit at all."""
        damaged = Finding(code=JOURNAL_DAMAGED, severity=Severity.STOP, params={"damage": self._passages.damage})
        return (*((damaged,) if self._passages.damage else ()), *self._clock())

    def _clock(self) -> tuple[Finding, ...]:
        """Find a clock that a debit can't go by: behind the journal's last entry, or off the right time.

        Where the centre told the time it has to be set right; without the centre a shift leader answers for it.
        """
        behind_s, off_s = int(self._passages.behind_s()), round(self._passages.off_s())
        found = []
        if behind_s > self.policy().clock_step_s_max:
            params = {"behind_s": str(behind_s)}
            found.append(Finding(code=CLOCK_BEHIND, severity=Severity.STOP, releasable=True, params=params))
        compared = self._passages.is_compared()
        if abs(off_s) > self.policy().clock_off_s_max and (compared or not found):
            code, params = CLOCK_AHEAD if off_s > 0 else CLOCK_LATE, {"off_s": str(abs(off_s))}
            found.append(Finding(code=code, severity=Severity.STOP, releasable=not compared, params=params))
        return tuple(found)

    def _open_debits(self, presented: Presented) -> tuple[Finding, ...]:
        card_id = None if presented.card is None else presented.card.card_id
        serial = presented.contract_serial
        same = any(
            debit.intent.card_id == card_id or (serial is not None and debit.intent.contract_serial == serial)
            for debit in self._passages.open_debits()
        )
        return (_OPEN,) if same else ()


def facts_of(presented: Presented, context: CheckContext) -> Facts:
    """Return the facts of a presented pair."""
    card = presented.card
    open_trade = context.waiting.open_trade
    return Facts(
        now=context.now,
        station_hex=context.station_hex,
        tag=None if presented.tag is None else _tag_facts(presented.tag, context.status_list),
        card=None if card is None else _card_facts(card, context),
        card_trouble=presented.card_trouble,
        tag_trouble=presented.tag_trouble,
        other_tags=len(presented.other_tags),
        psam_present=presented.psam.present,
        psam_authorised=presented.psam.authorised,
        psam_trouble=presented.psam.trouble,
        list_age_s=None if context.status_list is None else context.status_list.age_s(context.now),
        repeats=tuple(_repeats(presented, context)),
        lane_open_trade=card is not None and open_trade is not None and open_trade.card_id == card.card_id,
        policy=context.policy,
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


def _card_facts(card: PresentedCard, context: CheckContext) -> CardFacts:
    issue = card.issue
    return CardFacts(
        card_id=issue.card_id,
        issuer=issue.issuer,
        card_type=issue.card_type,
        start=issue.start,
        expiry=issue.expiry,
        vehicle=IssuedVehicle(plate=issue.plate, colour=issue.plate_colour, toll_class=issue.toll_class),
        balance_fen=card.balance_fen,
        capp=_capp_facts(card.capp, context.policy),
        locked=card.locked,
        listed=_listed(context.status_list, ListedObject.CARD, issue.card_id),
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


def _repeats(presented: Presented, context: CheckContext) -> Iterable[Repeat]:
    card_id = None if presented.card is None else presented.card.card_id
    serial, plates = presented.contract_serial, pair_plates(presented)
    for paid in context.paid:
        by = None
        if card_id is not None and paid.intent.card_id == card_id:
            by = RepeatBy.CARD
        elif serial is not None and paid.intent.contract_serial == serial:
            by = RepeatBy.OBU
        elif paid.intent.plate in plates:
            by = RepeatBy.PLATE
        if by is not None:
            yield Repeat(by=by, age_s=int((context.now - paid.at).total_seconds()), this_terminal=True)
