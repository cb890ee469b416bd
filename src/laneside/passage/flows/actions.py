"""The actions that more than one flow offers, each with what it needs, when it is offered and what it runs."""

from __future__ import annotations

from typing import Final

import msgspec

from laneside.contract.parameters import Operator
from laneside.passage.answers import NO_REASON, Rejected, rejected
from laneside.passage.flows.flow import Action, Activity, Nothing, Situation
from laneside.passage.notes import Ending, Stage
from laneside.passage.passage_steps import PassageSteps
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.picture.plate_evidence import agreed_plate, takable
from laneside.passage.state import AnyStage, Debiting, PassageState, WithPair, WithPicture

REASON_CHARS_MAX: Final = 80


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a vehicle ends in another way than by its payment."""

    reason: str = ""


class Release(Reason, frozen=True, kw_only=True):
    """Which finding a shift leader lets pass, and that it is they."""

    code: str = ""
    leader: str = ""
    password: str = ""


class ClassAndKind(msgspec.Struct, frozen=True, kw_only=True):
    """The actual class and kind; None keeps what was chosen before."""

    toll_class: int | None = None
    vehicle_kind: int | None = None


def is_worked(stage: AnyStage) -> bool:
    """Return whether the vehicle is in work: not ended, not left, no debit open."""
    state = stage.state
    return not state.left and state.ending is None and not state.debit_open


def reading_passed(stage: AnyStage) -> bool:
    """Return whether the vehicle is in work and nothing that the reading showed forbids going on."""
    return is_worked(stage) and not stage.state.stops_of(Stage.READ)


# --- read and look


def _read(steps: PassageSteps, stage: AnyStage, _given: Nothing) -> PassageState:
    return steps.read(stage)


READ: Final = Action(
    name="read",
    stage=AnyStage,
    given=Nothing,
    offered=lambda stage, _: is_worked(stage),
    run=_read,
    activity=Activity.READING,
)


PHOTO: Final = Action(name="photo", stage=WithPair, given=Nothing, offered=lambda stage, _: is_worked(stage))
"""Offered like any other; the picture's bytes come through ``Desk.take_photo``."""


def _as_pair(stage: WithPair, situation: Situation) -> PlateForm | None:
    allowed = situation.policy.confirm_same_as_pair and reading_passed(stage)
    return agreed_plate(stage.presented) if allowed else None


SAME_AS_PAIR: Final = Action(name="same-as-pair", stage=WithPair, given=Nothing, fills=_as_pair)
"""Take plate and colour as the pair has them (与卡签一致), where the province allows this instead of typing."""


def _as_read(stage: WithPair, situation: Situation) -> PlateForm | None:
    return takable(stage.state, situation.form, situation.policy.plate_reading) if is_worked(stage) else None


TAKE_READING: Final = Action(name="take-reading", stage=WithPair, given=Nothing, fills=_as_read)
"""Take plate and colour as they were read in the photo, in place of what is in the form."""


def _submit_picture(steps: PassageSteps, stage: WithPair, given: PlateForm) -> PassageState | Rejected:
    return steps.submit_picture(stage, given)


SUBMIT_PICTURE: Final = Action(
    name="submit-picture",
    path="picture",
    stage=WithPair,
    given=PlateForm,
    offered=lambda stage, _: reading_passed(stage) and stage.state.photo is not None,
    run=_submit_picture,
)


def _select(steps: PassageSteps, stage: WithPicture, given: ClassAndKind) -> PassageState | Rejected:
    return steps.select(stage, given.toll_class, given.vehicle_kind)


SELECT: Final = Action(
    name="select",
    stage=WithPicture,
    given=ClassAndKind,
    offered=lambda stage, _: reading_passed(stage),
    run=_select,
)


# --- ways out


def _release(steps: PassageSteps, stage: WithPair, given: Release) -> PassageState | Rejected:
    reason = _shortened(given)
    if not reason:
        return rejected("reason", "请填写放行原因", "Give the reason of the release")
    leader = steps.check_leader(given.leader, given.password)
    return steps.release(stage, given.code, leader, reason) if isinstance(leader, Operator) else leader


RELEASE: Final = Action(
    name="release",
    stage=WithPair,
    given=Release,
    offered=lambda stage, _: is_worked(stage) and any(finding.releasable for finding in stage.state.stops),
    run=_release,
)
"""Let one finding pass for this vehicle, on a shift leader's word (班长放行)."""


def _refuse(steps: PassageSteps, stage: WithPair, given: Reason) -> PassageState | Rejected:
    reason = _shortened(given)
    return steps.end(stage.state, Ending.REFUSED, reason) if reason else NO_REASON


REFUSE: Final = Action(
    name="refuse",
    stage=WithPair,
    given=Reason,
    offered=lambda stage, _: is_worked(stage) and bool(stage.state.stops),
    run=_refuse,
)
"""End the vehicle as refused; the barrier stays shut."""


def _transfer(steps: PassageSteps, stage: AnyStage, given: Reason) -> PassageState | Rejected:
    reason = _shortened(given)
    return steps.end(stage.state, Ending.TRANSFERRED, reason) if reason else NO_REASON


TRANSFER: Final = Action(
    name="transfer", stage=AnyStage, given=Reason, offered=lambda stage, _: is_worked(stage), run=_transfer
)
"""Hand the vehicle to manual handling (转人工)."""


def _abandon(steps: PassageSteps, stage: AnyStage, given: Reason) -> PassageState | Rejected:
    reason = _shortened(given)
    return steps.end(stage.state, Ending.ABANDONED, reason) if reason else NO_REASON


ABANDON: Final = Action(
    name="abandon", stage=AnyStage, given=Reason, offered=lambda stage, _: is_worked(stage), run=_abandon
)
"""Give the vehicle up with a reason (放弃); never offered while a debit is open."""


def _resume(steps: PassageSteps, stage: AnyStage, _given: Nothing) -> PassageState:
    return steps.resume(stage.state)


RESUME: Final = Action(
    name="resume",
    stage=AnyStage,
    given=Nothing,
    offered=lambda stage, situation: is_worked(stage) and situation.idle,
    run=_resume,
)
"""Go on with a page that was idle (继续)."""


def _may_leave(stage: AnyStage, _situation: Situation) -> bool:
    state = stage.state
    if state.left:
        return False
    return state.ending is not None or state.debit_open or (state.read is None and state.photo is None)


def _leave(steps: PassageSteps, stage: AnyStage, _given: Nothing) -> PassageState:
    return steps.leave(stage.state)


LEAVE: Final = Action(name="leave", stage=AnyStage, given=Nothing, offered=_may_leave, run=_leave)
"""Go home and release the lane (【返回】)."""


def _prove(steps: PassageSteps, stage: Debiting, _given: Nothing) -> PassageState:
    return steps.prove(stage)


PROVE: Final = Action(
    name="prove",
    stage=Debiting,
    given=Nothing,
    offered=lambda stage, _: not stage.state.left and stage.state.ending is None and stage.state.debit_open,
    run=_prove,
    activity=Activity.PROVING,
)
"""Find out how an open debit ended (【确认扣款】)."""


def _rewrite_tag(steps: PassageSteps, stage: Debiting, _given: Nothing) -> PassageState:
    return steps.rewrite_tag(stage)


REWRITE_TAG: Final = Action(
    name="rewrite-tag",
    stage=Debiting,
    given=Nothing,
    offered=lambda stage, _: not stage.state.left and stage.state.ending is not None and stage.state.tag_copy_missing,
    run=_rewrite_tag,
    activity=Activity.REWRITING,
)
"""Write the tag's copy again (【补写标签】); the card is not touched."""


def _shortened(given: Reason) -> str:
    return given.reason.strip()[:REASON_CHARS_MAX]
