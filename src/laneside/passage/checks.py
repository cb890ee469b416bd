"""The checks of a passage, each at its moment: what was read, what was confirmed, what it costs."""

from __future__ import annotations

from laneside.contract.parameters import Policy
from laneside.passage import notes as n
from laneside.passage.facts import Surroundings, facts_of, keep, recall
from laneside.passage.lane import Waiting, WaitingTrade
from laneside.passage.logbook import Logbook
from laneside.passage.plate_sight import witness
from laneside.passage.ports import Documents
from laneside.passage.state import PassageState
from laneside.reader import Presented
from laneside.rules import (
    Confirmed,
    Facts,
    Finding,
    Severity,
    check_amount,
    check_confirmed,
    check_presented,
    describe,
)
from laneside.tariff import FeeQuote, NoFee, quote
from laneside.vocab import yuan

OPEN_DEBIT = "open-debit"
CLOCK_BEHIND = "clock-behind"


class Checks:
    """Bring facts, rules and tariff together for one terminal."""

    def __init__(self, *, logbook: Logbook, documents: Documents) -> None:
        self._logbook = logbook
        self._documents = documents

    def presented(self, presented: Presented, waiting: Waiting, *, lane_hex: str) -> tuple[n.FindingRecord, ...]:
        """Check what one radio session found; a debit that is still open for this card or tag stops everything."""
        findings = check_presented(self._facts(presented, waiting, lane_hex))
        return keep((*self._open_debits(presented), *self._clock(), *findings))

    def confirmed(self, state: PassageState) -> tuple[n.FindingRecord, ...]:
        """Check what the collector saw against tag and card, and against open debits of the same plate."""
        presented, picture = state.presented, state.picture
        assert presented is not None and picture is not None and state.read is not None
        facts = self._facts(presented, state.read.waiting, state.opened.lane_hex)
        seen = Confirmed(
            plate=picture.plate,
            colour=picture.colour,
            toll_class=state.toll_class,
            vehicle_kind=state.vehicle_kind,
            read=witness(state),
        )
        return keep((*self._open_debits_of_plate(picture.plate), *check_confirmed(facts, seen)))

    def quote(self, state: PassageState) -> tuple[n.AnyNote, ...]:
        """Price the passage; a fee that can't be told or paid comes with its finding."""
        trade = _taken_over_trade(state)
        answer = self._price(state)
        if isinstance(answer, NoFee) and trade is None:
            finding = Finding(code=answer.code, severity=Severity.STOP, params=answer.params)
            return (n.Stopped(stage="fee", findings=keep((finding,))),)
        if trade is not None:
            return (_quoted_by_lane(answer, trade), n.Stopped(stage="fee", findings=()))
        assert isinstance(answer, FeeQuote) and state.presented is not None and state.read is not None
        facts = self._facts(state.presented, state.read.waiting, state.opened.lane_hex)
        findings = keep(check_amount(facts, answer.fee_fen))
        return (_quoted(answer), n.Stopped(stage="fee", findings=findings))

    def list_version(self) -> str:
        """Return the version of the status list in use; empty while none was ever loaded."""
        status_list = self._documents.status_list(self._logbook.now())
        return "" if status_list is None else status_list.version

    @staticmethod
    def first_stop_text(state: PassageState) -> str:
        """Return the screen text of what stops the vehicle, for an ending without another reason."""
        return describe(recall(state.stops[0])).text.zh if state.stops else ""

    def _price(self, state: PassageState) -> FeeQuote | NoFee:
        presented = state.presented
        assert presented is not None and state.toll_class is not None and state.vehicle_kind is not None
        vehicle = None if presented.tag is None else presented.tag.vehicle
        now = self._logbook.now()
        return quote(
            self._documents.tariff(now),
            station_hex=state.opened.lane_hex[:8],
            toll_class=state.toll_class,
            vehicle_kind=state.vehicle_kind,
            seats=None if vehicle is None else vehicle.seats,
            at=now,
        )

    def _facts(self, presented: Presented, waiting: Waiting, lane_hex: str) -> Facts:
        now = self._logbook.now()
        parameters = self._documents.parameters(now)
        policy = Policy() if parameters is None else parameters.policy
        around = Surroundings(
            now=now,
            station_hex=lane_hex[:8],
            policy=policy,
            status_list=self._documents.status_list(now),
            paid=self._logbook.paid_since(policy.duplicate_window_s),
            waiting=waiting,
        )
        return facts_of(presented, around)

    def clock_allows(self, state: PassageState) -> bool:
        """Say whether a debit may carry a time now: the clock is right, or a leader released that it went back."""
        released = any(release.code == CLOCK_BEHIND for release in state.released)
        return released or not self._clock()

    def _clock(self) -> tuple[Finding, ...]:
        """Time never runs below the journal's last entry; after a larger step only a shift leader lets a debit pass."""
        behind_s = int(self._logbook.behind_s())
        parameters = self._documents.parameters(self._logbook.now())
        allowed_s = (Policy() if parameters is None else parameters.policy).clock_step_s_max
        if behind_s <= allowed_s:
            return ()
        params = {"behind_s": str(behind_s)}
        return (Finding(code=CLOCK_BEHIND, severity=Severity.STOP, releasable=True, params=params),)

    def _open_debits(self, presented: Presented) -> tuple[Finding, ...]:
        card_id = None if presented.card is None else presented.card.card_id
        serial = None if presented.tag is None else presented.tag.system.contract_serial
        same = any(
            debit.card_id == card_id or (serial is not None and debit.contract_serial == serial)
            for debit in self._logbook.open_debits()
        )
        return (_OPEN,) if same else ()

    def _open_debits_of_plate(self, plate: str) -> tuple[Finding, ...]:
        return (_OPEN,) if any(debit.plate == plate for debit in self._logbook.open_debits()) else ()


_OPEN = Finding(code=OPEN_DEBIT, severity=Severity.STOP)


def _taken_over_trade(state: PassageState) -> WaitingTrade | None:
    """Return the fixed lane's open trade, if it is one of the card that is here."""
    presented = state.presented
    trade = None if state.read is None else state.read.waiting.open_trade
    if trade is None or presented is None or presented.card is None:
        return None
    return trade if trade.card_id == presented.card.card_id else None


def _quoted(answer: FeeQuote) -> n.Quoted:
    words = [line.words for line in answer.lines]
    return n.Quoted(
        pay_fen=answer.pay_fen,
        discount_fen=answer.discount_fen,
        province_discount_fen=answer.province_discount_fen,
        fee_fen=answer.fee_fen,
        discount_type=answer.discount_type,
        rate_version=answer.rate_version,
        lines=tuple(n.LineNote(zh=each.zh, en=each.en) for each in words),
    )


def _quoted_by_lane(answer: FeeQuote | NoFee, trade: WaitingTrade) -> n.Quoted:
    """Quote what the fixed lane has already debited, whatever the table says today."""
    line = n.LineNote(
        zh=f"固定车道已于{trade.sent_at[8:10]}:{trade.sent_at[10:12]}:{trade.sent_at[12:14]}扣款{yuan(trade.amount_fen)}元，不再扣费",
        en=f"The fixed lane debited {yuan(trade.amount_fen)}; nothing more is debited",
    )
    if isinstance(answer, FeeQuote) and answer.fee_fen == trade.amount_fen:
        quoted = _quoted(answer)
        return n.Quoted(
            pay_fen=quoted.pay_fen,
            discount_fen=quoted.discount_fen,
            province_discount_fen=quoted.province_discount_fen,
            fee_fen=quoted.fee_fen,
            discount_type=quoted.discount_type,
            rate_version=quoted.rate_version,
            lines=(*quoted.lines, line),
            taken_over=True,
        )
    return n.Quoted(
        pay_fen=trade.amount_fen,
        discount_fen=0,
        province_discount_fen=0,
        fee_fen=trade.amount_fen,
        discount_type=None,
        rate_version=answer.rate_version if isinstance(answer, FeeQuote) else "",
        lines=(line,),
        taken_over=True,
    )
