"""From a passage's state to what a page shows of it. Words and values only; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from laneside.codec.plate import PlateKind, plate_kind
from laneside.contract.parameters import Lane, LaneUse
from laneside.passage import notes as n
from laneside.passage.flows.flow import Activity, Flow, Situation
from laneside.passage.notes import Ending, LaneAnswer
from laneside.passage.state import PassageState
from laneside.passage.views.plate_view import reading_view
from laneside.passage.views.views import (
    Choice,
    FindingView,
    LaneChoice,
    PassageView,
    PictureView,
    ReadingView,
    ResultView,
    StepView,
    VehicleView,
)
from laneside.reader.port import PrepareRefusal, Presented
from laneside.rules.finding import Finding
from laneside.rules.finding_texts import describe
from laneside.vocab.media import CardType
from laneside.vocab.vehicle import PlateColour, TollClass, VehicleKind
from laneside.vocab.words import Words, label

DONE_STEP = "done"
LANE_USES: Mapping[LaneUse, Words] = {
    LaneUse.ETC_ENTRY: Words(zh="ETC入口", en="ETC entry"),
    LaneUse.ETC_EXIT: Words(zh="ETC出口", en="ETC exit"),
    LaneUse.MIXED_ENTRY: Words(zh="混合入口", en="Mixed entry"),
    LaneUse.MIXED_EXIT: Words(zh="混合出口", en="Mixed exit"),
}
"""The types under which lanes are registered, as they are shown."""


class ViewContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a view needs that is not in the notes: form and policy, what is going on, the time, the delivery."""

    situation: Situation
    activity: Activity
    age_s: int
    photo_delivered: bool
    trouble: Words | None
    reading_plate: bool


def view_of(state: PassageState, flow: Flow, context: ViewContext) -> PassageView:
    """Return the linkage page of a passage, with the parts that its flow has."""
    presented, step, parts = state.presented, flow.step_of(state), flow.parts
    return PassageView(
        passage_id=state.passage_id,
        revision=state.revision,
        lane_name=state.opened.lane_name,
        lane_hex=state.opened.lane_hex,
        lane_use=lane_use_of(state),
        captured_plate=state.opened.captured_plate if state.read is None else state.read.waiting.captured_plate,
        flow=flow.name,
        steps=_steps(flow),
        step=DONE_STEP if step is None else step.name,
        activity=context.activity,
        trouble=context.trouble or _trouble(state),
        vehicle=None if presented is None or "pair" not in parts else _vehicle(presented),
        findings=tuple(finding_view(state, finding) for finding in state.findings),
        clean=state.read is not None and not state.stops,
        picture=_picture(state, context, presented),
        taken=_taken(state, context, presented),
        classes=_choices(TollClass, state.selected.toll_class) if "vehicle" in parts else (),
        kinds=_choices(VehicleKind, state.selected.vehicle_kind) if "vehicle" in parts else (),
        quote=state.quote if "fee" in parts else None,
        result=_result(state, flow),
        actions=flow.offered(state, context.situation),
        ask_idle="resume" in flow.offered(state, context.situation),
        age_s=context.age_s,
    )


@lru_cache(8)
def _steps(flow: Flow) -> tuple[StepView, ...]:
    titles = {action.name: action.title for action in flow.actions}
    return tuple(
        StepView(name=s.name, title=s.title, area=s.area, main=s.main, main_title=titles.get(s.main))
        for s in flow.steps
    )


def lane_use_of(state: PassageState) -> Words:
    """Return the type of the lane on which a passage was opened."""
    return LANE_USES[LaneUse.MIXED_EXIT if state.opened.mixed else LaneUse.ETC_EXIT]


def lane_choice(lane: Lane, flow: Flow) -> LaneChoice:
    """Return a lane as the home page offers it."""
    return LaneChoice(
        lane_hex=lane.lane_hex,
        name=lane.name,
        use=LANE_USES[lane.use],
        code=flow.lane_code(lane),
    )


@lru_cache(64)
def _choices(table: type[TollClass | VehicleKind], selected: int | None) -> tuple[Choice, ...]:
    """Return a table as it is shown; every view of a passage shows the same two, whole."""
    return tuple(Choice(code=int(code), name=code.words, selected=code == selected) for code in table)


def finding_view(state: PassageState, finding: Finding) -> FindingView:
    """Return one finding with its texts."""
    text = describe(finding)
    return FindingView(
        code=finding.code,
        severity=finding.severity,
        text=text.text,
        why=text.why,
        remedy=text.remedy,
        releasable=finding.releasable,
        released=any(release.code == finding.code for release in state.released),
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
        toll_class=label(TollClass, toll_class),
        seats=None if vehicle is None else vehicle.seats,
        card_type=Words(zh="无卡", en="no card") if issue is None else label(CardType, issue.card_type),
        card_last4="" if issue is None else issue.card_id[-4:],
        obu_last4="" if tag is None else tag.contract_serial[-4:],
        balance_fen=card.balance_fen if card is not None and stored_value else None,
    )


def _picture(state: PassageState, context: ViewContext, presented: Presented | None) -> PictureView:
    """Show the form as it is typed now."""
    photo = state.photo
    plate, colour = context.situation.form.plate, context.situation.form.colour
    card_agrees, tag_agrees = _agreement(presented, plate, colour)
    return PictureView(
        photo_sha256=None if photo is None else photo.sha256,
        live=photo is None or photo.live,
        plate=plate,
        colour=colour,
        card_agrees=card_agrees,
        tag_agrees=tag_agrees,
        submitted=state.picture is not None,
        delivered=context.photo_delivered,
        plate_warning=_plate_warning(plate, colour),
        reading=_reading(state, context, plate, colour),
    )


def _reading(state: PassageState, context: ViewContext, plate: str, colour: int | None) -> ReadingView | None:
    """Show what was read; where it may only be compared, not before the collector has said what they see."""
    use = context.situation.policy.plate_reading
    if use == "off" or (use == "compare" and (not plate or colour is None)):
        return None
    return reading_view(state.plate_read, pending=context.reading_plate, plate=plate, colour=colour)


def _taken(state: PassageState, context: ViewContext, presented: Presented | None) -> PictureView | None:
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
        delivered=context.photo_delivered,
        plate_warning=_plate_warning(taken.plate, taken.colour),
        reading=_reading(state, context, taken.plate, taken.colour) if _is_of(state, taken.photo_sha256) else None,
    )


def _is_of(state: PassageState, photo_sha256: str) -> bool:
    """Return whether what is read now is of this photo: it may have been taken again since."""
    return state.photo is not None and state.photo.sha256 == photo_sha256


def _agreement(presented: Presented | None, plate: str, colour: int | None) -> tuple[bool | None, bool | None]:
    """Return whether card and tag have this plate; None where that can't be told."""
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


_READ_TROUBLE = {
    "nothing-presented": Words(
        zh="未检测到卡签，请贴近挡风玻璃标签后重试", en="No tag or card found: hold closer, try again"
    ),
    "link-lost": Words(
        zh="读取中断，卡签未被改动，请重新读卡", en="The reading broke off; nothing was changed: read again"
    ),
}
_NOT_READY: Mapping[str, Words] = {
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
    failed = state.newest(n.ReadFailed)
    if failed is None:
        return None
    return _READ_TROUBLE.get(failed.code, Words(zh="读取失败，请重试", en="Reading failed: try again"))


def _result(state: PassageState, flow: Flow) -> ResultView | None:
    """Return the full-screen end, also while a debit is open or has just been refused."""
    if state.ending is not None:
        return _ended(state, flow, state.ending)
    if state.debit_open:
        return _unknown(state)
    refused = state.newest(n.NotReady)
    if refused is not None:
        storage = Words(
            zh="本机存储故障，未扣费，请停止收费并联系班长", en="The journal failed, not debited: stop, call the leader"
        )
        return _not_debited(_NOT_READY.get(refused.refusal, storage))
    if state.newest(n.NotDebited) is not None:
        return _not_debited(Words(zh="卡未扣款，可以重试", en="The card was not debited: you may try again"))
    return None


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
        tag_write=state.tag_write or "",
        record_id=state.intent.record_id,
    )


def _ended(state: PassageState, flow: Flow, ending: Ending) -> ResultView:
    paid = ending is Ending.COMPLETED and state.debited is not None
    stored_value = state.presented is not None and _vehicle(state.presented).balance_fen is not None
    return ResultView(
        ending=ending,
        title=flow.endings[ending],
        cause=_cause(state, done=ending is Ending.COMPLETED),
        remedy=_after(state, done=ending is Ending.COMPLETED),
        fee_fen=state.quote.fee_fen if paid and state.quote is not None else None,
        balance_after_fen=state.debited.balance_after_fen if paid and stored_value and state.debited else None,
        tag_write=state.tag_write or "",
        record_id=state.record_id,
    )


def _cause(state: PassageState, *, done: bool) -> Words:
    if done and state.tag_copy_missing:
        return Words(
            zh="扣款成功，标签未写入，可补写标签", en="Debited; the tag was not written and can be written again"
        )
    if done:
        return Words(zh="请放行", en="Let the vehicle pass")
    return Words(zh=state.reason, en=state.reason)


def _after(state: PassageState, *, done: bool) -> Words:
    if done and state.lane_told in (LaneAnswer.NONE, LaneAnswer.MUTE):
        return Words(zh="车道未联动，请人工放行", en="No lane link: open the barrier by hand")
    stop = state.stops[0] if state.stops else None
    return Words(zh="", en="") if stop is None else describe(stop).remedy
