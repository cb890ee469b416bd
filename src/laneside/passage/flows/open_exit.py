"""开放式ETC出口联动: what an open exit is, in one place.

Steps and actions, the rules per stage, what is written to card and tag, which record and events come out, what the lane
is told, and the words of the end (the manual's page; spec/exit-record.md, spec/virtual-and-defaults.md).
"""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Final

from laneside.contract.parameters import Lane, LaneUse
from laneside.contract.records import RecordUpload
from laneside.passage.answers import Rejected
from laneside.passage.flows.actions import (
    ABANDON,
    LEAVE,
    PHOTO,
    PROVE,
    READ,
    REFUSE,
    RELEASE,
    RESUME,
    REWRITE_TAG,
    SAME_AS_PAIR,
    SELECT,
    SUBMIT_PICTURE,
    TAKE_READING,
    TRANSFER,
    reading_passed,
)
from laneside.passage.flows.flow import Action, Activity, Flow, Nothing, Situation, Step
from laneside.passage.lane import Conclusion
from laneside.passage.notes import Ending, NotDebited, NotReady, Stage
from laneside.passage.passage_steps import PassageSteps
from laneside.passage.record.exit_capp import exit_capp
from laneside.passage.record.exit_record import RecordContext, upload_of
from laneside.passage.record.lane_display import paid_display, shut_display
from laneside.passage.state import Confirmed, Paid, PassageState, Priced
from laneside.reader.port import PrepareRefusal
from laneside.rules.rule_table import check_amount, check_confirmed, check_presented
from laneside.vocab.media import ExitFeeType, LaneType
from laneside.vocab.vehicle import EntryExitStatus
from laneside.vocab.words import Words


def _works_on(lane: Lane) -> bool:
    """Lanes registered as ETC出口 or 混合."""
    return lane.use in (LaneUse.ETC_EXIT, LaneUse.MIXED_EXIT)


def _status(*, mixed: bool) -> EntryExitStatus:
    """入出口状态: 06 on an ETC lane, 05 on a mixed one (spec/unknowns.md 4)."""
    return EntryExitStatus.OPEN_MIXED if mixed else EntryExitStatus.OPEN_ETC


def _lane_code(lane: Lane) -> str:
    return f"{int(_status(mixed=lane.use is LaneUse.MIXED_EXIT)):02X}"


def _card_file(stage: Priced, at: datetime) -> bytes:
    return exit_capp(stage, at=at, status=_status(mixed=stage.state.opened.mixed))


def _record(stage: Paid, context: RecordContext) -> RecordUpload:
    """Name the virtual entry station: an open exit has no entry of its own."""
    return upload_of(
        stage,
        context,
        entry=context.station.virtual_entry,
        fee_type=ExitFeeType.OPEN,
        lane_type=LaneType.VIRTUAL,
    )


def _lane(state: PassageState) -> Conclusion:
    """Only a debit (or a trade already paid) opens the barrier."""
    return paid_display(state) if state.ending is Ending.COMPLETED else shut_display(state)


# --- 算费 and 提交数据


def _quote(steps: PassageSteps, stage: Confirmed, _given: Nothing) -> PassageState:
    return steps.price(stage)


QUOTE: Final = Action(
    name="quote",
    stage=Confirmed,
    given=Nothing,
    offered=lambda stage, _: reading_passed(stage) and not stage.state.stops_of(Stage.CONFIRMED),
    run=_quote,
)


def _may_submit(stage: Priced, _situation: Situation) -> bool:
    return reading_passed(stage) and not stage.state.stops


def _may_retry(stage: Priced, situation: Situation) -> bool:
    """Return whether the same submission may work the next time; another pair wants a new reading instead."""
    refused = stage.state.newest(NotReady)
    may_come_back = refused is not None and refused.refusal != PrepareRefusal.PAIR_CHANGED
    return _may_submit(stage, situation) and (stage.state.newest(NotDebited) is not None or may_come_back)


def _submit(steps: PassageSteps, stage: Priced, _given: Nothing) -> PassageState:
    return steps.pay_by_card(stage)


def _obstacle(steps: PassageSteps, state: PassageState) -> Rejected | None:
    return steps.obstacle(state)


SUBMIT: Final = Action(
    name="submit",
    stage=Priced,
    given=Nothing,
    offered=_may_submit,
    refused=_obstacle,
    run=_submit,
    activity=Activity.SUBMITTING,
)
RETRY: Final = Action(
    name="retry",
    stage=Priced,
    given=Nothing,
    offered=_may_retry,
    refused=_obstacle,
    run=_submit,
    activity=Activity.SUBMITTING,
)


OPEN_EXIT: Final = Flow(
    name="open-exit",
    title=Words(zh="ETC联动", en="ETC linkage"),
    works_on=_works_on,
    lane_code=_lane_code,
    steps=(
        Step(
            name="read",
            title=Words(zh="读卡", en="Read"),
            area="read",
            main="read",
            done=lambda state: state.read is not None and not state.stops_of(Stage.READ),
        ),
        Step(
            name="picture",
            title=Words(zh="图片", en="Photo"),
            area="picture",
            main="submit-picture",
            done=lambda state: state.picture is not None,
        ),
        Step(
            name="check",
            title=Words(zh="核对", en="Check"),
            area="exit",
            main="quote",
            done=lambda state: None not in (state.selected.toll_class, state.selected.vehicle_kind),
        ),
        Step(
            name="fee",
            title=Words(zh="算费", en="Fee"),
            area="exit",
            main="quote",
            done=lambda state: state.quote is not None,
        ),
        Step(name="submit", title=Words(zh="提交", en="Submit"), area="fee", main="submit", done=lambda _state: False),
    ),
    actions=(
        READ,
        PHOTO,
        SAME_AS_PAIR,
        TAKE_READING,
        SUBMIT_PICTURE,
        SELECT,
        QUOTE,
        SUBMIT,
        RETRY,
        PROVE,
        REWRITE_TAG,
        RELEASE,
        REFUSE,
        TRANSFER,
        ABANDON,
        RESUME,
        LEAVE,
    ),
    check_read=check_presented,
    check_confirmed=check_confirmed,
    check_fee=check_amount,
    card_file=_card_file,
    record=_record,
    events=frozenset({Ending.REFUSED, Ending.TRANSFERRED, Ending.ABANDONED}),
    lane=_lane,
    endings=MappingProxyType(
        {
            Ending.COMPLETED: Words(zh="已扣费", en="Debited"),
            Ending.TRANSFERRED: Words(zh="转人工", en="Transferred"),
            Ending.REFUSED: Words(zh="未放行", en="Refused"),
            Ending.ABANDONED: Words(zh="已放弃", en="Abandoned"),
            Ending.UNKNOWN: Words(zh="待确认·勿再扣费", en="Not known: do not debit again"),
        }
    ),
    parts=frozenset({"pair", "picture", "vehicle", "fee"}),
)
