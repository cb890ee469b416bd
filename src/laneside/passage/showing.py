"""From a passage's state to what a page shows of it. Words and values only; nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from laneside.codec import PlateKind, plate_kind
from laneside.passage import notes as n
from laneside.passage.facts import recall
from laneside.passage.plate_sight import Use
from laneside.passage.showing_plates import reading_view
from laneside.passage.state import PassageState
from laneside.passage.steps import actions_of, step_of
from laneside.passage.view import (
    Action,
    Activity,
    Choice,
    Ending,
    FindingView,
    PassageView,
    PictureView,
    QuoteView,
    ReadingView,
    ResultView,
    VehicleView,
    Words,
)
from laneside.reader import PrepareRefusal, Presented
from laneside.rules import describe
from laneside.vocab import CardType, PlateColour, TollClass, VehicleKind, label


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a view needs that is not in the notes: the draft, what is going on, the time, the delivery, the policy."""

    activity: Activity
    draft_plate: str
    draft_colour: int | None
    age_s: int
    ask_idle: bool
    photo_delivered: bool
    trouble: Words | None
    may_confirm_same: bool
    may_take_reading: bool
    reading_plate: bool
    plate_use: Use


def view_of(state: PassageState, moment: Moment) -> PassageView:
    """Return the linkage page of a passage."""
    presented = state.presented
    findings = tuple(finding_view(state, record) for record in state.findings)
    return PassageView(
        passage_id=state.passage_id,
        revision=state.revision,
        lane_name=state.opened.lane_name,
        lane_hex=state.opened.lane_hex,
        lane_use=lane_use_words(mixed=state.opened.mixed),
        captured_plate=state.opened.captured_plate if state.read is None else state.read.waiting.captured_plate,
        step=step_of(state),
        activity=moment.activity,
        trouble=moment.trouble or _trouble(state),
        vehicle=None if presented is None else _vehicle(presented),
        findings=findings,
        clean=state.read is not None and not state.stops,
        picture=_picture(state, moment, presented),
        taken=_taken(state, moment, presented),
        classes=_choices(TollClass, state.toll_class),
        kinds=_choices(VehicleKind, state.vehicle_kind),
        quote=None if state.quoted is None else quote_view(state.quoted),
        result=_result(state),
        actions=actions_of(state) | _actions_of_moment(moment),
        ask_idle=moment.ask_idle,
        age_s=moment.age_s,
    )


def _actions_of_moment(moment: Moment) -> set[Action]:
    """Return the actions that rest on time or policy, not on the notes."""
    offered = {
        Action.RESUME: moment.ask_idle,
        Action.SAME_AS_PAIR: moment.may_confirm_same,
        Action.TAKE_READING: moment.may_take_reading,
    }
    return {action for action, may in offered.items() if may}


def lane_use_words(*, mixed: bool) -> Words:
    """Return the type under which a lane is registered."""
    return Words(zh="混合出口", en="Mixed exit") if mixed else Words(zh="ETC出口", en="ETC exit")


def words(enum: type, code: int) -> Words:
    """Return the label of a code in both languages; 未知 with the number for a code outside the table."""
    return label(enum, code)


@lru_cache(64)
def _choices(table: type[TollClass | VehicleKind], selected: int | None) -> tuple[Choice, ...]:
    """Return a table as it is shown; every view of a passage shows the same two, whole."""
    return tuple(Choice(code=int(code), name=code.words, selected=code == selected) for code in table)


def finding_view(state: PassageState, record: n.FindingRecord) -> FindingView:
    """Return one finding with its texts."""
    text = describe(recall(record))
    return FindingView(
        code=record.code,
        severity=record.severity,
        text=text.text,
        why=text.why,
        remedy=text.remedy,
        releasable=record.releasable,
        released=any(release.code == record.code for release in state.released),
    )


def _vehicle(presented: Presented) -> VehicleView:
    """Show what the tag says of the vehicle; without one, what the card does."""
    tag, card = presented.tag, presented.card
    vehicle = None if tag is None else tag.vehicle
    issue = None if card is None else card.issue
    plate, colour, toll_class = "", int(PlateColour.NONE), 0
    if vehicle is not None:
        plate, colour, toll_class = vehicle.plate, vehicle.plate_colour, vehicle.toll_class
    elif issue is not None:
        plate, colour, toll_class = issue.plate, issue.plate_colour, issue.toll_class or 0
    stored_value = issue is not None and issue.is_stored_value
    return VehicleView(
        plate=plate,
        colour=colour,
        colour_name=words(PlateColour, colour),
        toll_class=words(TollClass, toll_class),
        seats=None if vehicle is None else vehicle.seats,
        card_type=Words(zh="无卡", en="no card") if issue is None else words(CardType, issue.card_type),
        card_last4="" if issue is None else issue.card_id[-4:],
        obu_last4="" if tag is None else tag.system.contract_serial[-4:],
        balance_fen=card.balance_fen if card is not None and stored_value else None,
    )


def _picture(state: PassageState, moment: Moment, presented: Presented | None) -> PictureView:
    """Show the form as it is typed now."""
    photo = state.photo
    plate, colour = moment.draft_plate, moment.draft_colour
    card_agrees, tag_agrees = _agreement(presented, plate, colour)
    return PictureView(
        photo_sha256=None if photo is None else photo.sha256,
        live=photo is None or photo.live,
        plate=plate,
        colour=colour,
        card_agrees=card_agrees,
        tag_agrees=tag_agrees,
        submitted=state.picture is not None,
        delivered=moment.photo_delivered,
        plate_warning=_plate_warning(plate, colour),
        reading=_reading(state, moment, plate, colour),
    )


def _reading(state: PassageState, moment: Moment, plate: str, colour: int | None) -> ReadingView | None:
    """Show what was read; where it may only be compared, not before the collector has said what they see."""
    if moment.plate_use == "off" or (moment.plate_use == "compare" and (not plate or colour is None)):
        return None
    return reading_view(state.plate_read, pending=moment.reading_plate, plate=plate, colour=colour)


def _taken(state: PassageState, moment: Moment, presented: Presented | None) -> PictureView | None:
    """Show what was submitted: it counts until something else is submitted, whatever is typed meanwhile."""
    taken = state.picture
    if taken is None:
        return None
    card_agrees, tag_agrees = _agreement(presented, taken.plate, taken.colour)
    return PictureView(
        photo_sha256=taken.photo_sha256,
        live=taken.live,
        plate=taken.plate,
        colour=taken.colour,
        card_agrees=card_agrees,
        tag_agrees=tag_agrees,
        submitted=True,
        delivered=moment.photo_delivered,
        plate_warning=_plate_warning(taken.plate, taken.colour),
        reading=_reading(state, moment, taken.plate, taken.colour) if _is_of(state, taken.photo_sha256) else None,
    )


def _is_of(state: PassageState, photo_sha256: str) -> bool:
    """Say whether what is read now is of this photo: it may have been taken again since."""
    return state.photo is not None and state.photo.sha256 == photo_sha256


def _agreement(presented: Presented | None, plate: str, colour: int | None) -> tuple[bool | None, bool | None]:
    """Say whether card and tag have this plate; None where that can't be told."""
    if not plate or colour is None:
        return None, None
    card = None if presented is None else presented.card
    vehicle = None if presented is None or presented.tag is None else presented.tag.vehicle
    return (
        None if card is None else (card.issue.plate, card.issue.plate_colour) == (plate, colour),
        None if vehicle is None else (vehicle.plate, vehicle.plate_colour) == (plate, colour),
    )


def _plate_warning(plate: str, colour: int | None) -> Words | None:
    """Warn of a plate outside the grammar; it is worth a look, never a refusal (spec/codes.md 5.3)."""
    if not plate or colour is None:
        return None
    kind = plate_kind(plate)
    if kind is None:
        return Words(zh="车牌格式少见，请再核对", en="Unusual plate form: please check again")
    if kind is PlateKind.NEW_ENERGY and colour not in (PlateColour.GREEN, PlateColour.YELLOW_GREEN):
        return Words(zh="八位新能源车牌通常为绿色或黄绿色", en="An 8-character plate is usually green or yellow-green")
    return None


def quote_view(quoted: n.Quoted) -> QuoteView:
    """Return the fee with its explanation."""
    return QuoteView(
        pay_fen=quoted.pay_fen,
        discount_fen=quoted.discount_fen + quoted.province_discount_fen,
        fee_fen=quoted.fee_fen,
        lines=tuple(Words(zh=line.zh, en=line.en) for line in quoted.lines),
    )


_READ_TROUBLE = {
    "nothing-presented": Words(
        zh="未检测到卡签，请贴近挡风玻璃标签后重试", en="No tag or card found: hold closer, try again"
    ),
    "link-lost": Words(
        zh="读取中断，卡签未被改动，请重新读卡", en="The reading broke off; nothing was changed: read again"
    ),
}
_NOT_READY = {
    PrepareRefusal.NOTHING_PRESENTED: Words(
        zh="未找到卡签，未扣费，请贴近后重试", en="Pair not found, not debited: hold closer"
    ),
    PrepareRefusal.PAIR_CHANGED: Words(
        zh="卡签已更换，未扣费，请重新读卡",
        en="Another pair, not debited: read again",
    ),
    PrepareRefusal.BALANCE_SHORT: Words(
        zh="储值卡余额不足，未扣费，请转人工收取", en="Balance short, not debited: collect by hand"
    ),
    PrepareRefusal.PSAM_NOT_AUTHORISED: Words(
        zh="PSAM卡授权失败，未扣费，请联系班长", en="PSAM not authorised, not debited"
    ),
    PrepareRefusal.CARD_REFUSED: Words(
        zh="卡片拒绝交易，未扣费，请重试或转人工", en="The card refused, not debited: retry or transfer"
    ),
    PrepareRefusal.LINK_LOST: Words(
        zh="通信中断，未扣费，请重试",
        en="Link lost, not debited: try again",
    ),
}


def _trouble(state: PassageState) -> Words | None:
    if state.read_failed:
        return _READ_TROUBLE.get(state.read_failed, Words(zh="读取失败，请重试", en="Reading failed: try again"))
    return None


def _result(state: PassageState) -> ResultView | None:
    """Return the full-screen end, also while a debit is open or has just been refused."""
    if state.ending is not None:
        return _ended(state, state.ending)
    if state.debit_open:
        return _unknown(state)
    if state.not_ready is not None:
        cause = _NOT_READY.get(PrepareRefusal(state.not_ready.refusal)) if _is_refusal(state) else None
        cause = cause or Words(
            zh="本机存储故障，未扣费，请停止收费并联系班长", en="The journal failed, not debited: stop, call the leader"
        )
        return _not_debited(cause)
    if state.debit is not None:
        return _not_debited(Words(zh="卡未扣款，可以重试", en="The card was not debited: you may try again"))
    return None


def _is_refusal(state: PassageState) -> bool:
    return state.not_ready is not None and state.not_ready.refusal in set(PrepareRefusal)


def _not_debited(cause: Words) -> ResultView:
    return ResultView(
        ending=None,
        title=Words(zh="未扣费", en="Not debited"),
        cause=cause,
        remedy=Words(zh="重试或转人工", en="Retry, or transfer to a colleague"),
        fee_fen=None,
        balance_after_fen=None,
        tag_write="",
        record_id="",
    )


def _unknown(state: PassageState) -> ResultView:
    assert state.intent is not None
    return ResultView(
        ending=Ending.UNKNOWN,
        title=Words(zh="待确认·勿再扣费", en="Not known: do not debit again"),
        cause=Words(zh="扣款是否完成尚不能确定", en="Whether the card was debited cannot be told yet"),
        remedy=Words(zh="将手持机贴近卡签，点【确认扣款】", en="Hold the terminal to the pair and tap Confirm debit"),
        fee_fen=state.intent.amount_fen,
        balance_after_fen=None,
        tag_write=state.tag_write,
        record_id=state.intent.record_id,
    )


_ENDED = {
    Ending.COMPLETED: Words(zh="已扣费", en="Debited"),
    Ending.TRANSFERRED: Words(zh="转人工", en="Transferred"),
    Ending.REFUSED: Words(zh="未放行", en="Refused"),
    Ending.ABANDONED: Words(zh="已放弃", en="Abandoned"),
    Ending.UNKNOWN: Words(zh="待确认·勿再扣费", en="Not known: do not debit again"),
}


def _ended(state: PassageState, ending: Ending) -> ResultView:
    done = ending is Ending.COMPLETED
    stored_value = state.presented is not None and _vehicle(state.presented).balance_fen is not None
    return ResultView(
        ending=ending,
        title=_ENDED[ending],
        cause=_cause(state, done=done),
        remedy=_after(state, done=done),
        fee_fen=state.quoted.fee_fen if done and state.quoted is not None else None,
        balance_after_fen=state.debit.balance_after_fen if done and stored_value and state.debit else None,
        tag_write=state.tag_write,
        record_id=state.record_id,
    )


def _cause(state: PassageState, *, done: bool) -> Words:
    if done and state.tag_write in ("failed", "unknown"):
        return Words(
            zh="扣款成功，标签未写入，可补写标签", en="Debited; the tag was not written and can be written again"
        )
    if done:
        return Words(zh="请放行", en="Let the vehicle pass")
    return Words(zh=state.reason, en=state.reason)


def _after(state: PassageState, *, done: bool) -> Words:
    if done and state.lane_told in ("none", "mute"):
        return Words(zh="车道未联动，请人工放行", en="No lane link: open the barrier by hand")
    stop = state.stops[0] if state.stops else None
    if stop is None:
        return Words(zh="", en="")
    return describe(recall(stop)).remedy
