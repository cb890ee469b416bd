"""What a flow is: the steps of a vehicle in order, what may be done at each, and what comes of it.

Desk, pages, journal and history take a :class:`Flow` and know none by name; the note that opens a passage names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from laneside.contract.parameters import Lane, Policy
from laneside.contract.records import RecordUpload
from laneside.passage.answers import Rejected
from laneside.passage.lane import Conclusion
from laneside.passage.notes import Ending
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.record.exit_record import RecordContext
from laneside.passage.state import AnyStage, Paid, PassageState, Priced
from laneside.rules.finding import Finding
from laneside.rules.vehicle_facts import Facts, SeenVehicle
from laneside.vocab.words import Words

if TYPE_CHECKING:
    from laneside.passage.passage_steps import PassageSteps  # its methods are what actions run

StageT = TypeVar("StageT", bound=AnyStage)
GivenT = TypeVar("GivenT", bound=msgspec.Struct)


class Nothing(msgspec.Struct, frozen=True):
    """What is given with an action that needs no input."""


class Activity(StrEnum):
    """What the reader is busy with; a page that shows one asks again shortly."""

    NONE = "none"
    READING = "reading"
    SUBMITTING = "submitting"
    PROVING = "proving"
    REWRITING = "rewriting"


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What decides beside the notes whether an action is offered: policy, the form as it is typed, idle time."""

    policy: Policy
    form: PlateForm
    idle: bool


class Action(msgspec.Struct, Generic[StageT, GivenT], frozen=True, kw_only=True):
    """Something that the collector may do.

    It is offered when the passage has come to ``stage`` and ``offered`` agrees. ``run`` gets the stage and what was
    given and returns the state after it, or why not; with an ``activity`` it talks to chips and runs in the device
    worker, and ``refused`` may turn it away before. An action with ``fills`` only changes the form of plate and colour,
    and is offered while that has something to fill in. ``path`` is its address below ``/linkage/`` where that is not
    its name, ``title`` what a main button without a look of its own says.
    """

    name: str
    stage: type[StageT]
    given: type[GivenT]
    run: Callable[[PassageSteps, StageT, GivenT], PassageState | Rejected] | None = None
    fills: Callable[[StageT, Situation], PlateForm | None] | None = None
    offered: Callable[[StageT, Situation], bool] = lambda _stage, _situation: True
    refused: Callable[[PassageSteps, PassageState], Rejected | None] = lambda _steps, _state: None
    activity: Activity = Activity.NONE
    path: str = ""
    title: Words | None = None

    def stage_of(self, state: PassageState, situation: Situation) -> StageT | None:
        """Return the stage on which the action may run now, or None where it is not offered."""
        stage = self.stage.of(state)
        if stage is None or not self.offered(stage, situation):
            return None
        return None if self.fills is not None and self.fills(stage, situation) is None else stage


AnyAction = Action[Any, Any]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One chip of the page. ``area`` is the template that fills the body; ``main`` names the main button's action."""

    name: str
    title: Words
    done: Callable[[PassageState], bool]
    area: str
    main: str = ""


class Flow(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """How a kind of vehicle is worked.

    ``works_on``: whether a lane is of a type for this flow, ``lane_code`` its status byte as printed. ``check_*``:
    which rules look at a vehicle at each stage. ``card_file``: the 43 bytes of 0019 at the moment of the debit.
    ``record``: the sealed upload of a paid passage. ``events``: the endings of which the centre gets an event.
    ``lane``: what barrier and fee display are told. ``endings``: the titles of the result page. ``parts``: what the
    page shows, of pair, picture, vehicle (class and kind) and fee.
    """

    name: str
    title: Words
    works_on: Callable[[Lane], bool]
    lane_code: Callable[[Lane], str]
    steps: tuple[Step, ...]
    actions: tuple[AnyAction, ...]
    endings: Mapping[Ending, Words]
    parts: frozenset[str]
    check_read: Callable[[Facts], Iterable[Finding]]
    lane: Callable[[PassageState], Conclusion]
    check_confirmed: Callable[[Facts, SeenVehicle], Iterable[Finding]] = lambda _facts, _seen: ()
    check_fee: Callable[[Facts, int], Iterable[Finding]] = lambda _facts, _fee_fen: ()
    card_file: Callable[[Priced, Any], bytes] | None = None
    record: Callable[[Paid, RecordContext], RecordUpload] | None = None
    events: frozenset[Ending] = msgspec.field(default_factory=frozenset)

    def action(self, path: str) -> AnyAction | None:
        """Return the action with this name or address."""
        return next((action for action in self.actions if path in (action.name, action.path)), None)

    def step_of(self, state: PassageState) -> Step | None:
        """Return the step whose area is open; None when the vehicle has ended."""
        if state.ending is not None:
            return None
        if state.debit_open:
            return self.steps[-1]
        return next((step for step in self.steps if not step.done(state)), self.steps[-1])

    def offered(self, state: PassageState, situation: Situation) -> frozenset[str]:
        """Return the names of what may be done now."""
        return frozenset(a.name for a in self.actions if a.stage_of(state, situation) is not None)
