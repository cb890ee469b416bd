"""How the linkage page stands: the area that is open, the one main button, the sound, the chips. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from laneside.passage.view import Action, Activity, Choice, Ending, FindingView, PassageView, Sight, Step, Words

CHIPS = (Step.READ, Step.PICTURE, Step.CHECK, Step.FEE, Step.SUBMIT)
REASON_KEYS = ("reason.driver_left", "reason.mistake", "reason.equipment", "reason.other_lane")


class Sheet(StrEnum):
    """What may be laid over the page by a link; the page itself stays where it is."""

    NONE = ""
    LEAVE = "leave"
    RELEASE = "release"
    DRIVER = "driver"
    PICTURE = "picture"
    CAMERA = "camera"


class Area(StrEnum):
    """What fills the body."""

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
    EXIT = "exit"
    FEE = "fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class MainButton:
    """The one main button: where it posts to (or which form or shutter it works), its text, icon and colour."""

    label: str
    icon: str
    action: str = ""
    form: str = ""
    shutter: bool = False
    hold: bool = False
    tone: str = "act"
    reason: Words | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SideButton:
    """The button beside it: a link to a sheet (or the slip), or an action. Empty label: there is no way back now."""

    label: str = ""
    icon: str = "back"
    link: str = ""
    action: str = ""
    reason: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkagePage:
    """A passage's view with everything that the template would else have to work out."""

    view: PassageView
    area: Area
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
        """The inputs that this area has; a message for any other stands at the top of the page."""
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
    def chips(self) -> tuple[tuple[Step, str], ...]:
        """The five steps with done, now or next."""
        steps = list(Step)
        at = steps.index(self.view.step)
        return tuple((step, _progress(steps.index(step), at)) for step in CHIPS)

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


_FIELDS = {
    Area.PICTURE: ("plate", "colour", "photo"),
    Area.CAMERA: ("photo",),
    Area.EXIT: ("toll_class", "vehicle_kind"),
    Area.LEAVE: ("reason",),
    Area.RELEASE: ("code", "leader", "password", "reason"),
}
_WAYS_OUT = frozenset({Action.ABANDON, Action.TRANSFER, Action.REFUSE, Action.LEAVE})


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
    """Return the findings that forbid going on and that nobody released."""
    return tuple(finding for finding in view.findings if finding.severity == "stop" and not finding.released)


def _progress(step: int, at: int) -> str:
    return "done" if step < at else "now" if step == at else "next"


def _offered(view: PassageView, sheet: Sheet) -> bool:
    match sheet:
        case Sheet.RELEASE:
            return Action.RELEASE in view.actions
        case Sheet.DRIVER:
            return view.quote is not None and view.result is None
        case Sheet.PICTURE:
            return Action.SUBMIT_PICTURE in view.actions
        case Sheet.CAMERA:
            return Action.PHOTO in view.actions
        case _:
            return True


def area_of(view: PassageView, sheet: Sheet) -> Area:  # noqa: PLR0911 - one line per area
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
    if open_stops(view) and sheet is not Sheet.PICTURE:
        return Area.STOPPED
    return _step_area(view, sheet)


def _step_area(view: PassageView, sheet: Sheet) -> Area:
    match view.step:
        case Step.READ | Step.DONE:
            return Area.READ
        case Step.PICTURE:
            return Area.PICTURE
        case Step.CHECK | Step.FEE:
            return Area.PICTURE if sheet is Sheet.PICTURE else Area.EXIT
        case Step.SUBMIT:
            return Area.PICTURE if sheet is Sheet.PICTURE else Area.FEE


_BUSY = {
    Activity.READING: MainButton(label="busy.reading", icon="waves", enabled=False),
    Activity.SUBMITTING: MainButton(label="busy.submitting", icon="waves", enabled=False),
    Activity.PROVING: MainButton(label="busy.proving", icon="waves", enabled=False),
    Activity.REWRITING: MainButton(label="busy.rewriting", icon="waves", enabled=False),
}
_READ = MainButton(label="act.read", icon="waves", action="read")
_SHUTTER = MainButton(label="act.photo", icon="camera", form="photo-form", shutter=True)
_LEAVE = MainButton(label="act.next_vehicle", icon="check", action="leave")


_FIXED = {
    Area.LEAVE: MainButton(label="act.stay", icon="back", form="stay"),
    Area.DRIVER: MainButton(label="act.back_to_work", icon="back", form="stay"),
    Area.RELEASE: MainButton(label="act.hold_release", icon="person", form="release-form", hold=True, tone="stop"),
    Area.IDLE: MainButton(label="act.resume", icon="check", action="resume"),
    Area.CAMERA: _SHUTTER,
    Area.READ: _READ,
}


def main_button(view: PassageView, area: Area) -> MainButton:  # noqa: PLR0911 - one line per area
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
        case Area.EXIT:
            return MainButton(label="act.quote", icon="fee", action="quote", enabled=Action.QUOTE in view.actions)
        case Area.FEE:
            may = Action.SUBMIT in view.actions
            return MainButton(label="act.submit", icon="waves", action="submit", tone="go", enabled=may)
        case _:
            return _FIXED[area]


_BACK_TO_PAGE = SideButton(label="act.back", link="/linkage")
_BACK = SideButton(label="act.back", link="/linkage?sheet=leave")
_BACK_HOME = SideButton(label="act.back", action="leave")


def side_button(view: PassageView, area: Area) -> SideButton:
    """Return the button beside the main one. 返回 asks for a reason once a vehicle was begun."""
    if area in (Area.RELEASE, Area.CAMERA):
        return _BACK_TO_PAGE
    if area in (Area.LEAVE, Area.DRIVER):
        return SideButton()
    if area is Area.BUSY:
        return SideButton()
    if area is Area.RESULT and view.result is not None:
        return _beside_result(view)
    if Action.LEAVE in view.actions:
        return _BACK_HOME
    return _BACK if view.actions & _WAYS_OUT else SideButton()


def _beside_result(view: PassageView) -> SideButton:
    assert view.result is not None
    if view.result.ending is None and Action.TRANSFER in view.actions:
        return SideButton(label="act.transfer", icon="person", action="transfer", reason=view.result.cause)
    if Action.REWRITE_TAG in view.actions:
        return SideButton(label="act.rewrite_tag", icon="tag", action="rewrite-tag")
    if view.result.ending is Ending.COMPLETED:
        return SideButton(label="act.slip", icon="slip", link=f"/records/{view.passage_id}/slip")
    return _BACK_HOME if Action.PROVE in view.actions else SideButton()


def _after_result(view: PassageView) -> MainButton:
    if Action.PROVE in view.actions:
        return MainButton(label="act.prove", icon="waves", action="prove")
    if Action.RETRY in view.actions:
        return MainButton(label="act.retry", icon="retry", action="submit")
    if Action.LEAVE in view.actions:
        return _LEAVE
    return _READ


def _refusal(view: PassageView) -> MainButton:
    if Action.REFUSE not in view.actions:
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


def cue_of(view: PassageView, area: Area) -> str:
    """Return the sound that goes with a page; it is also written on it."""
    if area is Area.RESULT and view.result is not None:
        return _ENDING_CUES[view.result.ending]
    if area in (Area.STOPPED, Area.RELEASE):
        return "stopped"
    if area is Area.READ and view.trouble is not None:
        return "trouble"
    if area is Area.IDLE:
        return "ask"
    return {Area.PICTURE: "passed", Area.FEE: "fee"}.get(area, "")


def _fingerprint(view: PassageView, rest: str) -> str:
    """Name what is drawn, so that a page asks again and gets nothing while nothing changed. The age always changes."""
    drawn = msgspec.json.encode(replace(view, age_s=view.age_s // 60), order="deterministic")
    return hashlib.sha256(drawn + rest.encode()).hexdigest()[:16]
