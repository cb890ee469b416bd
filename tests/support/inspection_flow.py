"""A second flow for tests: an inspector reads a pair, looks at it, and is done. No fee, no debit, no record."""

from __future__ import annotations

from types import MappingProxyType

from laneside.contract.parameters import LaneUse
from laneside.passage.flows.actions import ABANDON, LEAVE, READ, RESUME, is_worked
from laneside.passage.flows.flow import Action, Flow, Nothing, Step
from laneside.passage.notes import Ending
from laneside.passage.passage_steps import PassageSteps
from laneside.passage.record.lane_display import shut_display
from laneside.passage.state import PassageState, WithPair
from laneside.vocab.words import Words


def _done(steps: PassageSteps, stage: WithPair, _given: Nothing) -> PassageState:
    return steps.end(stage.state, Ending.COMPLETED, "")


DONE = Action(
    name="inspected",
    title=Words(zh="检查完毕", en="Inspected"),
    stage=WithPair,
    given=Nothing,
    offered=lambda stage, _: is_worked(stage),
    run=_done,
)
INSPECTION = Flow(
    name="inspection",
    title=Words(zh="卡签检查", en="Inspection"),
    works_on=lambda lane: lane.use is not LaneUse.ETC_ENTRY,
    lane_code=lambda _lane: "",
    steps=(
        Step(
            name="read",
            title=Words(zh="读卡", en="Read"),
            area="read",
            main="read",
            done=lambda state: state.read is not None,
        ),
        Step(name="show", title=Words(zh="查看", en="Show"), area="pair", main="inspected", done=lambda _state: False),
    ),
    actions=(READ, DONE, ABANDON, RESUME, LEAVE),
    check_read=lambda _facts: (),
    lane=shut_display,
    endings=MappingProxyType(
        {
            Ending.COMPLETED: Words(zh="检查完毕", en="Inspected"),
            Ending.ABANDONED: Words(zh="已放弃", en="Abandoned"),
        }
    ),
    parts=frozenset({"pair"}),
)
