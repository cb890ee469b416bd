"""Every screen of the terminal without a desk, a reader or a journal: one scripted object stands for all ports."""

from __future__ import annotations

import io
from datetime import date

import msgspec
import samples as s
from msgspec.structs import replace
from samples import w

from laneside.contract.parameters import Policy, Role, ShiftPlan
from laneside.contract.records import ShiftTotals
from laneside.passage.answers import DONE, STALE, Answer, Rejected
from laneside.passage.flows.flow import Activity, AnyAction
from laneside.passage.flows.open_exit import OPEN_EXIT
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.views.views import HistoryDetail, HistoryRow, LaneChoice, PassageView, PictureView, ReadingView
from laneside.terminal.checkup.report import Measurements, judge
from laneside.terminal.demo_panel import DemoState, DemoVehicle
from laneside.terminal.device_worker import PsamReadiness
from laneside.terminal.preferences import Preference, Preferences
from laneside.terminal.services import Services
from laneside.terminal.station import LaneSetting
from laneside.terminal.status import TopLine
from laneside.vocab.words import Words


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    operator_id: str = "620101"
    name: str = "马晓兰"
    role: Role = Role.ADMINISTRATOR
    shift: int = 2
    shift_name: str = "白班"
    work_date: date = date(2026, 3, 14)


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """One screen: where it is, and what the ports say while it is drawn."""

    path: str
    view: PassageView | None = None
    logged_in: bool = True
    lanes: bool = True
    top: TopLine | None = None
    tap: str = ""
    notice: Rejected | None = None
    obstacle: Rejected | None = None
    post: str = ""
    rows: bool = True
    found: Measurements = s.FIT


CALM = TopLine(
    unsent=0, rejected=0, open_debits=0, online=True, list_age_s=7500, list_stale=False, psam=PsamReadiness.READY,
    battery_percent=82,
)  # fmt: skip
TROUBLED = TopLine(
    unsent=3, rejected=1, open_debits=1, online=False, list_age_s=100000, list_stale=True,
    psam=PsamReadiness.UNAUTHORISED, battery_percent=12,
)  # fmt: skip


def wrong(field: str, zh: str, en: str) -> Rejected:
    return Rejected(field=field, text=w(zh, en))


def typed(plate: str) -> PassageView:
    return replace(s.WITH_PHOTO, picture=replace(s.SHOT, plate=plate))


def read_as(reading: ReadingView, picture: PictureView, *actions: str) -> PassageView:
    return replace(s.WITH_PHOTO, actions=s.WITH_PHOTO.actions | set(actions), picture=replace(picture, reading=reading))


DOUBTFUL = replace(
    s.TYPED, live=False, tag_agrees=False,
    plate_warning=w("车牌格式少见，请再核对", "Unusual plate form: please check again"),
)  # fmt: skip
IDLE = replace(s.READ, ask_idle=True, age_s=260, actions=s.READ.actions | {"resume"})
NO_PLATE = wrong("plate", "请输入车牌", "Enter the plate")
NO_ENTRY = wrong("password", "工号或密码不正确", "Number or password is wrong")
EARLY_CLOCK = wrong(
    "",
    "本机时钟为 1970-01-01 11:00，参数自 2026-05-06 12:00 起生效：请校准时钟",
    "The clock says 1970-01-01 11:00, the parameters hold from 2026-05-06 12:00: set the clock right",
)
SAME = replace(s.WITH_PHOTO, actions=s.WITH_PHOTO.actions | {"same-as-pair"}, picture=replace(s.SHOT, plate="甘"))


SCENES: dict[str, Scene] = {
    "login": Scene(path="/login", logged_in=False),
    "login-wrong": Scene(path="/login", logged_in=False, notice=NO_ENTRY, post="/login"),
    "login-clock": Scene(path="/login", logged_in=False, obstacle=EARLY_CLOCK),
    "unlock": Scene(path="/login?unlock=1", logged_in=False),
    "home": Scene(path="/"),
    "home-troubled": Scene(path="/", top=TROUBLED),
    "home-empty": Scene(path="/", lanes=False),
    "more": Scene(path="/more"),
    "setup": Scene(path="/setup"),
    "read": Scene(path="/linkage", view=s.START),
    "read-trouble": Scene(path="/linkage", view=s.TROUBLE),
    "reading": Scene(path="/linkage", view=replace(s.START, activity=Activity.READING)),
    "stopped": Scene(path="/linkage", view=s.STOPPED),
    "stopped-listed": Scene(path="/linkage", view=s.STOPPED_LISTED),
    "stopped-trip": Scene(path="/linkage", view=s.STOPPED_TRIP),
    "release": Scene(path="/linkage?sheet=release", view=s.STOPPED_LISTED),
    "leave": Scene(path="/linkage?sheet=leave", view=s.READ),
    "picture": Scene(path="/linkage", view=s.READ),
    "picture-warned": Scene(path="/linkage", view=replace(s.READ, vehicle=s.TRUCK, findings=(s.LOW_BATTERY,))),
    "keyboard-province": Scene(path="/linkage", view=s.WITH_PHOTO),
    "keyboard-letters": Scene(path="/linkage", view=typed("甘A12"), tap=".cells"),
    "keyboard-special": Scene(path="/linkage", view=typed("甘A1234"), tap=".cells .turn"),
    "keyboard-colours": Scene(path="/linkage", view=typed("甘A12345"), tap=".cells"),
    "same-as-pair": Scene(path="/linkage", view=SAME),
    "typed": Scene(path="/linkage", view=s.WITH_PLATE),
    "typed-wrong": Scene(
        path="/linkage", view=replace(s.WITH_PLATE, picture=DOUBTFUL), notice=NO_PLATE, post="/linkage/picture"
    ),
    "plate-reading": Scene(path="/linkage", view=replace(s.WITH_PHOTO, picture=replace(s.SHOT, reading=s.LOOKING))),
    "plate-read": Scene(path="/linkage", view=read_as(s.SURE, s.TYPED)),
    "plate-two": Scene(path="/linkage", view=read_as(s.TWO_PLATES, s.TYPED)),
    "plate-doubtful": Scene(path="/linkage", view=read_as(s.UNSURE, s.SHOT, "take-reading")),
    "plate-differs": Scene(path="/linkage", view=read_as(s.READ_OTHER, s.TYPED, "take-reading")),
    "plate-by-hand": Scene(path="/linkage", view=read_as(s.NO_EYE, s.SHOT)),
    "retake": Scene(path="/linkage?sheet=camera", view=s.WITH_PLATE),
    "exit-choose": Scene(path="/linkage", view=s.AFTER_PICTURE),
    "exit-kind": Scene(path="/linkage", view=replace(s.AFTER_PICTURE, classes=s.choices(s.CLASSES, 16))),
    "exit": Scene(path="/linkage", view=s.READY_TO_QUOTE),
    "fee": Scene(path="/linkage", view=s.QUOTED),
    "driver": Scene(path="/linkage?sheet=driver", view=s.QUOTED),
    "submitting": Scene(path="/linkage", view=replace(s.QUOTED, activity=Activity.SUBMITTING)),
    "completed": Scene(path="/linkage", view=s.COMPLETED),
    "tag-failed": Scene(path="/linkage", view=s.TAG_FAILED),
    "not-debited": Scene(path="/linkage", view=s.NOT_DEBITED),
    "unknown": Scene(path="/linkage", view=s.UNKNOWN),
    "refused": Scene(path="/linkage", view=s.REFUSED),
    "transferred": Scene(path="/linkage", view=s.TRANSFERRED),
    "abandoned": Scene(path="/linkage", view=s.ABANDONED),
    "idle": Scene(path="/linkage", view=IDLE),
    "records": Scene(path="/records"),
    "records-none": Scene(path="/records", rows=False),
    "record": Scene(path="/records/p1"),
    "record-refused": Scene(path="/records/p3"),
    "record-trace": Scene(path="/records/p1", tap=".trace summary"),
    "check": Scene(path="/check", logged_in=False),
    "check-stop": Scene(path="/check", found=s.UNFIT, top=TROUBLED),
    "handover": Scene(path="/handover"),
    "slip": Scene(path="/records/p1/slip"),
    "missing": Scene(path="/records/nothing"),
    "demo": Scene(path="/demo"),
}  # fmt: skip


def drawn_photo() -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (640, 480), "#7d8791")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 320, 640, 480), fill="#3a3f45")
    pen.rounded_rectangle((150, 150, 490, 400), 40, fill="#b3202a")
    pen.rounded_rectangle((190, 170, 450, 250), 20, fill="#20303c")
    pen.rectangle((245, 330, 395, 372), fill="#0a3a91")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def drawn_cut_out() -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (480, 140), "#0a3a91")
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((6, 6, 474, 134), 12, outline="#ffffff", width=4)
    for place in range(7):
        pen.rectangle((30 + place * 62, 34, 66 + place * 62, 106), fill="#ffffff")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


class Album(dict[str, bytes]):
    """The device's folder in memory."""

    def read(self, name: str) -> bytes | None:
        return self.get(name)

    def write(self, name: str, body: bytes) -> None:
        self[name] = body


class Gallery:
    """All ports at once, saying what the present scene says."""

    def __init__(self) -> None:
        self.scene = Scene(path="/")
        self.preferences = Preferences(Album())
        self.address = ""
        self.calls: list[tuple[object, ...]] = []
        self.answers: dict[str, PassageView] = {}
        self.duty = Duty()
        self._photo = drawn_photo()
        self._cut_out = drawn_cut_out()

    def services(self) -> Services:
        return Services(
            desk=self,
            duty=self,
            history=self,
            setup=Setup(),
            photos=self,
            preferences=self.preferences,
            top_line=lambda: self.scene.top or CALM,
            checkup=lambda: judge(self.scene.found, Policy(), s.NOW),
            traces_of=lambda _passage_id: s.TRACES,
            demo=Roadside(),  # type: ignore[arg-type]  # one scripted object for all ports
        )

    # desk
    def lanes(self) -> tuple[LaneChoice, ...]:
        if not self.scene.lanes:
            return ()
        return (
            LaneChoice(lane_hex="62010A0B11", name="11道", use=s.ETC, code="06"),
            LaneChoice(lane_hex="62010A0B12", name="12道", use=s.MIXED, code="05"),
        )

    def action(self, path: str) -> AnyAction | None:
        return OPEN_EXIT.action(path)

    def act(self, path: str, revision: int | None, given: msgspec.Struct, *, passage_id: str | None = None) -> Answer:
        """Note what a page asked for: the action, the revision of the page, and what was given by name."""
        view = self.scene.view
        if view is None or revision != view.revision or self._is_of_another(passage_id):
            return STALE
        return self._called(path, revision, msgspec.structs.asdict(given))

    def draft(self, form: PlateForm, *, passage_id: str | None = None) -> Answer:
        return STALE if self._is_of_another(passage_id) else self._called("draft", msgspec.structs.asdict(form))

    def take_photo(self, image: bytes, /, *, live: bool, passage_id: str | None = None) -> Answer:
        told = {"live": live, "passage_id": passage_id}
        return STALE if self._is_of_another(passage_id) else self._called("take_photo", image, told)

    def _is_of_another(self, passage_id: str | None) -> bool:
        return bool(passage_id) and self.scene.view is not None and passage_id != self.scene.view.passage_id

    def _called(self, name: str, *given: object) -> Answer:
        self.calls.append((name, *given))
        if name in self.answers:
            self.scene = replace(self.scene, view=self.answers[name])
        return self.scene.notice or DONE

    def view(self) -> PassageView | None:
        return self.scene.view

    def __getattr__(self, name: str) -> object:
        return lambda *args, **kwargs: self._called(name, *args, kwargs)

    # duty
    @property
    def on_duty(self) -> Duty | None:
        return self.duty if self.scene.logged_in else None

    def login(self, operator_id: str, password: str, shift: int, work_date: date, *, browser: object = None) -> Answer:
        if self.scene.notice is not None:
            return self.scene.notice
        self.scene = replace(self.scene, logged_in=True)
        return DONE

    def login_obstacle(self) -> Rejected | None:
        return self.scene.obstacle

    def shift_plans(self) -> tuple[ShiftPlan, ...]:
        names = ("夜班", "白班", "中班")
        return tuple(ShiftPlan(number=n + 1, name=name, starts_minute=n * 480) for n, name in enumerate(names))

    def shift_suggestion(self) -> tuple[int, date]:
        return 2, date(2026, 3, 14)

    def shift_totals(self) -> ShiftTotals:
        return s.TOTALS

    # history
    def today(self) -> tuple[HistoryRow, ...]:
        return s.ROWS if self.scene.rows else ()

    def detail(self, passage_id: str) -> HistoryDetail | None:
        return next((s.detail(one) for one in s.ROWS if one.passage_id == passage_id), None)

    # photos
    def get(self, sha256: str) -> bytes | None:
        return self._cut_out if sha256 == s.CUT_OUT else self._photo

    def watermarked(self, sha256: str) -> bytes | None:
        return self._photo

    # preferences
    @property
    def preference(self) -> Preference:
        return self.preferences.current()

    @preference.setter
    def preference(self, preference: Preference) -> None:
        self.preferences.choose(preference)


def lane(lane_hex: str, name: str, use: Words, code: str, *, enabled: bool) -> LaneSetting:
    return LaneSetting(lane_hex=lane_hex, name=name, use=use, code=code, exit=bool(code), enabled=enabled)


class Setup:
    def station_name(self) -> str:
        return "城关收费站"

    def home_initial(self) -> str:
        return "甘"

    def lanes(self) -> tuple[LaneSetting, ...]:
        return (
            lane("62010A0B01", "1道", w("ETC入口", "ETC entry"), "", enabled=False),
            lane("62010A0B11", "11道", s.ETC, "06", enabled=True),
            lane("62010A0B12", "12道", s.MIXED, "05", enabled=False),
        )

    def enable(self, lanes_hex: frozenset[str]) -> Answer:
        return DONE


CARS = (
    DemoVehicle(name="car-sm4", title=w("小客车（国密）", "Car, SM4"), expected=w("完成扣费", "completed")),
    DemoVehicle(name="plates-differ", title=w("卡签车牌不符", "Plates differ"), expected=w("拒绝 41", "refused, 41")),
)
AT_LANE = DemoState(
    vehicle="car-sm4", plate="甘A12345", card_inserted=True, barrier_open=True, display="客一 10.45元",
    balance_fen=18955, counter=5,
)  # fmt: skip


class Roadside:
    def vehicles(self) -> tuple[DemoVehicle, ...]:
        return CARS

    def state(self) -> DemoState:
        return AT_LANE

    def place(self, vehicle: str, /, *, fresh: bool) -> Answer:
        return DONE

    def remove(self) -> Answer:
        return DONE

    def insert_card(self) -> Answer:
        return DONE

    def withdraw_card(self) -> Answer:
        return DONE

    def picture(self) -> bytes | None:
        return drawn_photo()
