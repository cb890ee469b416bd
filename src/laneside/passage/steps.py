"""Which step a passage is at and what may be done now: pure functions of the state, for page and desk alike."""

from __future__ import annotations

from laneside.codec import VehicleInfo
from laneside.contract.parameters import Lane, LaneUse
from laneside.passage.state import PassageState
from laneside.passage.view import Action, Ending, Step
from laneside.reader import PrepareRefusal
from laneside.vocab import PlateColour, TollClass, VehicleKind

_GIVE_UP = frozenset({Action.TRANSFER, Action.ABANDON})
_HARDLY_WRONG_COLOURS = frozenset({PlateColour.BLUE, PlateColour.GREEN})


def step_of(state: PassageState) -> Step:
    """Return the step whose area is open."""
    if state.ending is not None:
        return Step.DONE
    if state.intent is not None and state.debit is None:
        return Step.SUBMIT
    if state.read is None or read_stops(state):
        return Step.READ
    if state.picture is None:
        return Step.PICTURE
    if not chosen(state):
        return Step.CHECK
    return Step.FEE if state.quoted is None else Step.SUBMIT


def actions_of(state: PassageState) -> frozenset[Action]:
    """Return what may be done now, whatever a page shows."""
    if state.left:
        return frozenset()
    if state.ending is not None:
        return frozenset({Action.LEAVE}) | _tag_repair(state)
    if state.debit_open:
        return frozenset({Action.PROVE, Action.LEAVE})
    return _open_actions(state)


def _open_actions(state: PassageState) -> frozenset[Action]:
    actions = {Action.READ} | _GIVE_UP
    if state.read is None:
        return frozenset(actions | {Action.LEAVE}) if state.photo is None else frozenset(actions)
    actions.add(Action.PHOTO)
    if state.stops:
        actions.add(Action.REFUSE)
        if any(finding.releasable for finding in state.stops):
            actions.add(Action.RELEASE)
    if read_stops(state):
        return frozenset(actions)
    if state.photo is not None:
        actions.add(Action.SUBMIT_PICTURE)
    if state.picture is not None:
        actions |= _after_picture(state)
    return frozenset(actions)


def _after_picture(state: PassageState) -> set[Action]:
    actions = {Action.SELECT}
    if chosen(state) and not any(f in state.stops for f in stage_findings(state, "confirmed")):
        actions.add(Action.QUOTE)
    if state.quoted is not None and not state.stops:
        actions.add(Action.SUBMIT)
        if state.debit is not None or _may_come_back(state):
            actions.add(Action.RETRY)
    return actions


def _may_come_back(state: PassageState) -> bool:
    """Say whether the same submission may work the next time; another pair wants a new reading instead."""
    return state.not_ready is not None and state.not_ready.refusal != PrepareRefusal.PAIR_CHANGED


def _tag_repair(state: PassageState) -> frozenset[Action]:
    wants = state.debited and state.tag_write in ("failed", "unknown")
    return frozenset({Action.REWRITE_TAG}) if wants else frozenset()


def read_stops(state: PassageState) -> bool:
    """Say whether something that the reading showed forbids going on."""
    first = () if state.read is None else state.read.findings
    return any(finding in state.stops for finding in first)


def stage_findings(state: PassageState, stage: str) -> tuple[object, ...]:
    """Return the findings of one later stage."""
    return next((findings for name, findings in state.later_findings if name == stage), ())


def chosen(state: PassageState) -> bool:
    """Say whether class and kind are chosen."""
    return state.toll_class is not None and state.vehicle_kind is not None


def preselected(vehicle: VehicleInfo | None, plate_colour: int) -> tuple[int | None, int | None]:
    """Return class and kind where they can hardly be wrong: the tag says 客一 and the plate seen is blue or green."""
    if vehicle is None or vehicle.toll_class != TollClass.PASSENGER_1 or plate_colour not in _HARDLY_WRONG_COLOURS:
        return None, None
    return int(TollClass.PASSENGER_1), int(VehicleKind.NORMAL)


def pair_plate(state: PassageState) -> tuple[str, int] | None:
    """Return plate and colour on which card and tag agree, or None where they do not both say the same."""
    presented = state.presented
    if presented is None or presented.card is None or presented.tag is None or presented.tag.vehicle is None:
        return None
    card, vehicle = presented.card.issue, presented.tag.vehicle
    same = (card.plate, card.plate_colour) == (vehicle.plate, vehicle.plate_colour)
    return (card.plate, card.plate_colour) if same else None


def ending_of_unfinished(state: PassageState) -> Ending:
    """Return how a passage ends when its page is left with the debit still open, or with nothing begun."""
    return Ending.UNKNOWN if state.debit_open else Ending.ABANDONED


def is_exit(lane: Lane) -> bool:
    """Say whether a lane is of the type ETC出口 or 混合."""
    return lane.use in (LaneUse.ETC_EXIT, LaneUse.MIXED_EXIT)
