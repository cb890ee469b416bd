"""What the linkage page shows: the area that is open, the one main button, the sound, the chips. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from laneside.passage.flows.flow import Activity
from laneside.passage.notes import Ending
from laneside.passage.views.views import Choice, FindingView, PassageView, Sight, StepView
from laneside.vocab.words import Words


class Sheet(StrEnum):
    """What may be laid over the page by a link; the page itself stays where it is."""

    NONE = ""
    LEAVE = "leave"
    RELEASE = "release"
    DRIVER = "driver"
    PICTURE = "picture"
    CAMERA = "camera"


class Area(StrEnum):
    """What may fill the body beside the areas that the flow's steps name; each is a template."""

    BUSY = "busy"
    RESULT = "result"
    IDLE = "idle"
    LEAVE = "leave"
    RELEASE = "release"
    DRIVER = "driver"
    CAMERA = "camera"
    READ = "read"
    STOPPED = "stopped"
    PICTURE = "picture"


class MainButton(msgspec.Struct, frozen=True, kw_only=True):
    """The one main button: where it posts to (or which form or shutter it works), its text, icon and colour.

    ``label`` is a key of the messages; without one ``text`` is shown.
    """

    icon: str
    label: str = ""
    text: Words | None = None
    action: str = ""
    form: str = ""
    shutter: bool = False
    hold: bool = False
    tone: str = "act"
    reason: Words | None = None
    enabled: bool = True


class SideButton(msgspec.Struct, frozen=True, kw_only=True):
    """The button beside it: a link to a sheet (or the slip), or an action. Empty label: there is no way back now."""

    label: str = ""
    icon: str = "back"
    link: str = ""
    action: str = ""
    reason: Words | None = None


class LinkagePage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage's view with everything that the template would else have to work out."""

    view: PassageView
    area: str
    sheet: Sheet
    main: MainButton
    side: SideButton
    cue: str
    seen: str

    @property
    def restless(self) -> bool:
        """Whether something goes on by itself, so that the page asks again soon."""
        reading = self.view.picture.reading
        return self.view.activity is not Activity.NONE or (reading is not None and reading.sight is Sight.READING)

    @property
    def fields(self) -> tuple[str, ...]:
        """The inputs that this area has; a message for any other is at the top of the page."""
        return _FIELDS.get(self.area, ())

    @property
    def stops(self) -> tuple[FindingView, ...]:
        """Findings that forbid going on."""
        return open_stops(self.view)

    @property
    def releasable(self) -> tuple[FindingView, ...]:
        """Stops that a shift leader may let pass."""
        return tuple(finding for finding in self.stops if finding.releasable)

    @property
    def remarks(self) -> tuple[FindingView, ...]:
        """Findings that are worth a look and stop nothing."""
        return tuple(finding for finding in self.view.findings if finding not in self.stops)

    @property
    def chips(self) -> tuple[tuple[StepView, str], ...]:
        """The flow's steps with done, now or next."""
        names = [step.name for step in self.view.steps]
        at = names.index(self.view.step) if self.view.step in names else len(names)
        return tuple((step, _progress(index, at)) for index, step in enumerate(self.view.steps))

    @property
    def chosen_class(self) -> Choice | None:
        """The class that is selected."""
        return next((choice for choice in self.view.classes if choice.selected), None)

    @property
    def chosen_kind(self) -> Choice | None:
        """The kind that is selected."""
        return next((choice for choice in self.view.kinds if choice.selected), None)

    @property
    def class_groups(self) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
        """Classes by family: 客车, 货车, 专项作业车."""
        groups = (("classes.passenger", 0, 10), ("classes.truck", 11, 20), ("classes.special", 21, 99))
        return tuple(
            (key, found)
            for key, low, high in groups
            if (found := tuple(choice for choice in self.view.classes if low <= choice.code <= high))
        )


_FIELDS: Mapping[str, tuple[str, ...]] = {
    Area.PICTURE: ("plate", "colour", "photo"),
    Area.CAMERA: ("photo",),
    "exit": ("toll_class", "vehicle_kind"),
    Area.LEAVE: ("reason",),
    Area.RELEASE: ("code", "leader", "password", "reason"),
}
_WAYS_OUT = frozenset({"abandon", "transfer", "refuse", "leave"})


def linkage_page(view: PassageView, wanted: Sheet, surroundings: str) -> LinkagePage:
    """Return the page of a view. ``surroundings`` is what else its drawing depends on (language, messages)."""
    sheet = wanted if _offered(view, wanted) else Sheet.NONE
    area = area_of(view, sheet)
    return LinkagePage(
        view=view,
        area=area,
        sheet=sheet,
        main=main_button(view, area),
        side=side_button(view, area),
        cue=cue_of(view, area),
        seen=_fingerprint(view, f"{area}|{sheet}|{surroundings}"),
    )


def open_stops(view: PassageView) -> tuple[FindingView, ...]:
    """Return the findings that forbid going on and were not released."""
    return tuple(finding for finding in view.findings if finding.severity == "stop" and not finding.released)


def _progress(step: int, at: int) -> str:
    return "done" if step < at else "now" if step == at else "next"


def _offered(view: PassageView, sheet: Sheet) -> bool:
    match sheet:
        case Sheet.RELEASE:
            return "release" in view.actions
        case Sheet.DRIVER:
            return view.quote is not None and view.result is None
        case Sheet.PICTURE:
            return "submit-picture" in view.actions
        case Sheet.CAMERA:
            return "photo" in view.actions
        case _:
            return True


def area_of(view: PassageView, sheet: Sheet) -> str:  # noqa: PLR0911 - one line per area
    """Return what fills the body, the most pressing first."""
    if sheet is Sheet.LEAVE and view.actions & _WAYS_OUT:
        return Area.LEAVE
    if view.activity is not Activity.NONE:
        return Area.BUSY
    if sheet is Sheet.RELEASE:
        return Area.RELEASE
    if view.result is not None:
        return Area.RESULT
    if view.ask_idle:
        return Area.IDLE
    if sheet in (Sheet.DRIVER, Sheet.CAMERA):
        return Area(sheet.value)
    step = _step(view)
    if step is None or (open_stops(view) and sheet is not Sheet.PICTURE):
        return Area.READ if step is None else Area.STOPPED
    return Area.PICTURE if sheet is Sheet.PICTURE and step.area != Area.READ else step.area


def _step(view: PassageView) -> StepView | None:
    return next((step for step in view.steps if step.name == view.step), None)


_BUSY = {
    Activity.READING: MainButton(label="busy.reading", icon="waves", enabled=False),
    Activity.SUBMITTING: MainButton(label="busy.submitting", icon="waves", enabled=False),
    Activity.PROVING: MainButton(label="busy.proving", icon="waves", enabled=False),
    Activity.REWRITING: MainButton(label="busy.rewriting", icon="waves", enabled=False),
}
_READ = MainButton(label="act.read", icon="waves", action="read")
_SHUTTER = MainButton(label="act.photo", icon="camera", form="photo-form", shutter=True)
_LEAVE = MainButton(label="act.next_vehicle", icon="check", action="leave")


_FIXED: Mapping[str, MainButton] = {
    Area.LEAVE: MainButton(label="act.stay", icon="back", form="stay"),
    Area.DRIVER: MainButton(label="act.back_to_work", icon="back", form="stay"),
    Area.RELEASE: MainButton(label="act.hold_release", icon="person", form="release-form", hold=True, tone="stop"),
    Area.IDLE: MainButton(label="act.resume", icon="check", action="resume"),
    Area.CAMERA: _SHUTTER,
    Area.READ: _READ,
}


_STEP_BUTTONS = {
    "read": _READ,
    "quote": MainButton(label="act.quote", icon="fee", action="quote"),
    "submit": MainButton(label="act.submit", icon="waves", action="submit", tone="go"),
}
"""How the main button of a step looks, by its action; any other shows the action's own title."""


def main_button(view: PassageView, area: str) -> MainButton:
    """Return the one main button of an area."""
    match area:
        case Area.BUSY:
            return _BUSY[view.activity]
        case Area.RESULT:
            return _after_result(view)
        case Area.STOPPED:
            return _refusal(view)
        case Area.PICTURE:
            return _picture_button(view)
        case _:
            return _FIXED.get(area) or _step_button(view)


def _step_button(view: PassageView) -> MainButton:
    step = _step(view)
    if step is None or not step.main:
        return _READ
    button = _STEP_BUTTONS.get(step.main, MainButton(text=step.main_title, icon="check", action=step.main))
    return replace(button, enabled=step.main in view.actions)


_BACK_TO_PAGE = SideButton(label="act.back", link="/linkage")
_BACK = SideButton(label="act.back", link="/linkage?sheet=leave")
_BACK_HOME = SideButton(label="act.back", action="leave")


def side_button(view: PassageView, area: str) -> SideButton:
    """Return the button beside the main one. 返回 asks for a reason once a vehicle was begun."""
    if area in (Area.RELEASE, Area.CAMERA):
        return _BACK_TO_PAGE
    if area in (Area.LEAVE, Area.DRIVER):
        return SideButton()
    if area == Area.BUSY:
        return SideButton()
    if area == Area.RESULT and view.result is not None:
        return _beside_result(view)
    if "leave" in view.actions:
        return _BACK_HOME
    return _BACK if view.actions & _WAYS_OUT else SideButton()


def _beside_result(view: PassageView) -> SideButton:
    assert view.result is not None
    if view.result.ending is None and "transfer" in view.actions:
        return SideButton(label="act.transfer", icon="person", action="transfer", reason=view.result.cause)
    if "rewrite-tag" in view.actions:
        return SideButton(label="act.rewrite_tag", icon="tag", action="rewrite-tag")
    if view.result.ending is Ending.COMPLETED:
        return SideButton(label="act.slip", icon="slip", link=f"/records/{view.passage_id}/slip")
    return _BACK_HOME if "prove" in view.actions else SideButton()


def _after_result(view: PassageView) -> MainButton:
    if "prove" in view.actions:
        return MainButton(label="act.prove", icon="waves", action="prove")
    if "retry" in view.actions:
        return MainButton(label="act.retry", icon="retry", action="submit")
    if "leave" in view.actions:
        return _LEAVE
    return _READ


def _refusal(view: PassageView) -> MainButton:
    if "refuse" not in view.actions:
        return _READ
    stop = open_stops(view)[0]
    reason = Words(zh=f"{stop.code} {stop.text.zh}", en=f"{stop.code} {stop.text.en}")
    return MainButton(label="act.refuse", icon="stop", action="refuse", tone="stop", reason=reason)


def _picture_button(view: PassageView) -> MainButton:
    if view.picture.photo_sha256 is None:
        return _SHUTTER
    return MainButton(label="act.submit_picture", icon="upload", form="picture-form")


_ENDING_CUES = {
    Ending.COMPLETED: "debited",
    Ending.UNKNOWN: "unknown",
    Ending.REFUSED: "refused",
    Ending.TRANSFERRED: "ended",
    Ending.ABANDONED: "ended",
    None: "not-debited",
}


def cue_of(view: PassageView, area: str) -> str:
    """Return the sound that goes with a page; it is also written on it."""
    if area == Area.RESULT and view.result is not None:
        return _ENDING_CUES[view.result.ending]
    if area in (Area.STOPPED, Area.RELEASE):
        return "stopped"
    if area == Area.READ and view.trouble is not None:
        return "trouble"
    if area == Area.IDLE:
        return "ask"
    return {"picture": "passed", "fee": "fee"}.get(area, "")


def _fingerprint(view: PassageView, rest: str) -> str:
    """Name what is drawn, so that a page asks again and gets nothing while nothing changed. The age always changes."""
    drawn = msgspec.json.encode(replace(view, age_s=view.age_s // 60), order="deterministic")
    return hashlib.sha256(drawn + rest.encode()).hexdigest()[:16]
