"""Sample views that draw every screen state without a desk, a reader or a journal. For looks only: nothing is decided."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from laneside.contract.parameters import Role, ShiftPlan
from laneside.passage.answers import DONE, Answer, Rejected
from laneside.passage.view import (
    Action,
    Activity,
    CardChange,
    Choice,
    Ending,
    FindingView,
    LaneChoice,
    LedgerDetail,
    LedgerRow,
    PassageView,
    PictureView,
    QuoteView,
    RecordState,
    ResultView,
    Step,
    VehicleView,
    Words,
)
from laneside.terminal.services import (
    DemoState,
    DemoVehicle,
    LaneSetting,
    Preference,
    PsamState,
    Services,
    TopLine,
)

PHOTO = "5f" * 32
NOW = datetime(2026, 3, 14, 1, 59, 26, tzinfo=UTC)
ETC, MIXED = Words(zh="ETC出口", en="ETC exit"), Words(zh="混合出口", en="Mixed exit")
CLASSES = (
    (1, "客一", "Car 1"), (2, "客二", "Car 2"), (3, "客三", "Car 3"), (4, "客四", "Car 4"),
    (11, "货一", "Truck 1"), (12, "货二", "Truck 2"), (13, "货三", "Truck 3"), (14, "货四", "Truck 4"),
    (15, "货五", "Truck 5"), (16, "货六", "Truck 6"),
    (21, "专一", "Special 1"), (22, "专二", "Special 2"), (23, "专三", "Special 3"), (24, "专四", "Special 4"),
    (25, "专五", "Special 5"), (26, "专六", "Special 6"),
)  # fmt: skip
KINDS = (
    (0, "普通", "Normal"), (6, "公务", "Official"), (8, "军警", "Military, police"), (10, "紧急", "Emergency"),
    (12, "免费", "Free"), (14, "车队", "Fleet"), (21, "绿通", "Green channel"), (22, "联合收割机", "Combine harvester"),
    (23, "抢险救灾", "Disaster relief"), (24, "J1类集装箱", "J1 container"), (25, "大件运输", "Oversize transport"),
    (26, "应急救援", "Emergency support"), (27, "货车列车", "Truck train"), (28, "J2类集装箱", "J2 container"),
)  # fmt: skip


def choices(table: tuple[tuple[int, str, str], ...], selected: int | None = None) -> tuple[Choice, ...]:
    return tuple(
        Choice(code=code, name=Words(zh=zh, en=en), selected=code == selected) for code, zh, en in table
    )


CAR = VehicleView(
    plate="甘A12345", colour=0, colour_name=Words(zh="蓝", en="blue"), toll_class=Words(zh="客一", en="Car 1"), seats=5,
    card_type=Words(zh="储值卡", en="Stored value"), card_last4="4821", obu_last4="0937", balance_fen=20000,
)  # fmt: skip
TRUCK = replace(
    CAR, plate="甘AF12345", colour=5, toll_class=Words(zh="货六", en="Truck 6"), seats=None, balance_fen=None,
    card_type=Words(zh="记账卡", en="Charge card"),
)  # fmt: skip
NO_PICTURE = PictureView(
    photo_sha256=None, live=True, plate="", colour=None, card_agrees=None, tag_agrees=None, submitted=False,
    delivered=False, plate_warning=None,
)  # fmt: skip
SHOT = replace(NO_PICTURE, photo_sha256=PHOTO)
TYPED = replace(SHOT, plate="甘A12345", colour=0, card_agrees=True, tag_agrees=True)
SUBMITTED = replace(TYPED, submitted=True)
QUOTE = QuoteView(
    pay_fen=1100, discount_fen=55, fee_fen=1045,
    lines=(
        Words(zh="城关站 客一 定额 11.00 元", en="Chengguan, car 1: fixed fee 11.00"),
        Words(zh="ETC 九五折 −0.55 元", en="ETC 95 %: −0.55"),
        Words(zh="费率版本 2026031000001", en="Tariff version 2026031000001"),
    ),
)  # fmt: skip
WAYS_OUT = frozenset({Action.TRANSFER, Action.ABANDON})
PLATES_DIFFER = FindingView(
    code=41, severity="stop", text=Words(zh="ETC卡与OBU车牌（含颜色）不符", en="Card and tag: plate or colour differ"),
    why=Words(zh="卡内 甘A12345 蓝，标签内 甘B88888 蓝", en="Card 甘A12345 blue, tag 甘B88888 blue"),
    remedy=Words(zh="核对车辆与卡签，不得扣费；收回错卡，转人工收费", en="Compare vehicle, card and tag; do not debit; transfer"),
    releasable=False, released=False,
)  # fmt: skip
LISTED = replace(
    PLATES_DIFFER, code=24, text=Words(zh="ETC卡在状态名单", en="Card is on the status list"),
    why=Words(zh="名单类型 4：账户异常", en="List type 4: account in trouble"),
    remedy=Words(zh="请司机联系发行方；班长可放行一次", en="Driver asks the issuer; a leader may release once"), releasable=True,
)  # fmt: skip
RUNNING = replace(
    LISTED, code="running-trip", text=Words(zh="卡内有未结束行程", en="The card holds a trip still running"),
    why=Words(zh="入口 62010A01，2 小时前", en="Entry 62010A01, two hours ago"),
)  # fmt: skip
LOW_BATTERY = replace(PLATES_DIFFER, code=1, severity="warn", text=Words(zh="OBU电量低", en="Tag battery is low"))

START = PassageView(
    passage_id="01HV0", revision=1, lane_name="11道", lane_hex="62010A0B11", lane_use=ETC, captured_plate="",
    step=Step.READ, activity=Activity.NONE, trouble=None, vehicle=None, findings=(), clean=False, picture=NO_PICTURE,
    classes=choices(CLASSES), kinds=choices(KINDS), quote=None, result=None,
    actions=WAYS_OUT | {Action.READ, Action.LEAVE}, ask_idle=False, age_s=12,
)  # fmt: skip
READ = replace(
    START, revision=2, step=Step.PICTURE, vehicle=CAR, clean=True, actions=WAYS_OUT | {Action.READ, Action.PHOTO}
)
WITH_PHOTO = replace(READ, revision=3, picture=SHOT, actions=READ.actions | {Action.SUBMIT_PICTURE})
WITH_PLATE = replace(WITH_PHOTO, picture=TYPED)
AFTER_PICTURE = replace(
    WITH_PLATE, revision=4, step=Step.CHECK, picture=SUBMITTED, actions=WITH_PHOTO.actions | {Action.SELECT}
)
READY_TO_QUOTE = replace(
    AFTER_PICTURE, step=Step.FEE, classes=choices(CLASSES, 1), kinds=choices(KINDS, 0),
    actions=AFTER_PICTURE.actions | {Action.QUOTE},
)  # fmt: skip
QUOTED = replace(READY_TO_QUOTE, revision=5, step=Step.SUBMIT, quote=QUOTE, actions=READY_TO_QUOTE.actions | {Action.SUBMIT})


def result(ending: Ending | None, title: Words, cause: Words, remedy: Words, **more: object) -> ResultView:
    values: dict[str, object] = {"fee_fen": None, "balance_after_fen": None, "tag_write": "", "record_id": ""}
    return ResultView(ending=ending, title=title, cause=cause, remedy=remedy, **{**values, **more})  # type: ignore[arg-type]  # sample values


def ended(view: PassageView, *actions: Action) -> PassageView:
    step = Step.SUBMIT if view.result is None or view.result.ending is None else Step.DONE
    return replace(view, revision=view.revision + 1, step=step, actions=frozenset(actions))


NOTHING = Words(zh="", en="")
COMPLETED = ended(
    replace(QUOTED, result=result(
        Ending.COMPLETED, Words(zh="已扣费", en="Debited"), Words(zh="请放行", en="Let the vehicle pass"), NOTHING,
        fee_fen=1045, balance_after_fen=18955, tag_write="written", record_id="G006262001001620101101020260314091001",
    )), Action.LEAVE,
)  # fmt: skip
TAG_FAILED = ended(
    replace(QUOTED, result=result(
        Ending.COMPLETED, Words(zh="已扣费", en="Debited"),
        Words(zh="扣款成功，标签未写入，可补写标签", en="Debited; the tag was not written and can be written again"),
        Words(zh="车道未联动，请人工放行", en="No lane link: open the barrier by hand"), fee_fen=1045, tag_write="failed",
    )), Action.LEAVE, Action.REWRITE_TAG,
)  # fmt: skip
NOT_DEBITED = replace(
    QUOTED, result=result(
        None, Words(zh="未扣费", en="Not debited"), Words(zh="未找到卡签，请贴近后重试", en="Pair not found: hold closer"),
        Words(zh="重试或转人工", en="Retry, or transfer to a colleague"),
    ), actions=QUOTED.actions | {Action.RETRY},
)  # fmt: skip
UNKNOWN = replace(
    QUOTED, result=result(
        Ending.UNKNOWN, Words(zh="待确认·勿再扣费", en="Not known: do not debit again"),
        Words(zh="扣款是否完成尚不能确定", en="Whether the card was debited cannot be told yet"),
        Words(zh="将手持机贴近卡签，点【确认扣款】", en="Hold the terminal to the pair and tap Confirm debit"), fee_fen=1045,
    ), actions=frozenset({Action.PROVE, Action.LEAVE}),
)  # fmt: skip
STOPPED = replace(
    READ, step=Step.READ, clean=False, findings=(PLATES_DIFFER,),
    actions=WAYS_OUT | {Action.READ, Action.PHOTO, Action.REFUSE},
)  # fmt: skip
STOPPED_LISTED = replace(STOPPED, findings=(LISTED, LOW_BATTERY), actions=STOPPED.actions | {Action.RELEASE})
STOPPED_TRIP = replace(STOPPED_LISTED, findings=(RUNNING,))
REFUSED = ended(
    replace(STOPPED, result=result(
        Ending.REFUSED, Words(zh="未放行", en="Refused"),
        Words(zh="41 ETC卡与OBU车牌（含颜色）不符", en="41 Card and tag: plate or colour differ"), PLATES_DIFFER.remedy,
    ), findings=()), Action.LEAVE,
)  # fmt: skip
TRANSFERRED = ended(
    replace(QUOTED, result=result(
        Ending.TRANSFERRED, Words(zh="转人工", en="Transferred"), Words(zh="卡签无法读写", en="Card or tag fails"), NOTHING,
    )), Action.LEAVE,
)  # fmt: skip
ABANDONED = ended(
    replace(START, result=result(
        Ending.ABANDONED, Words(zh="已放弃", en="Abandoned"), Words(zh="车辆驶离", en="Vehicle left"), NOTHING,
    )), Action.LEAVE,
)  # fmt: skip
TROUBLE = replace(START, trouble=Words(zh="未检测到卡签，请贴近挡风玻璃标签后重试", en="No tag or card found: hold closer, try again"))


@dataclass(frozen=True, kw_only=True)
class Duty:
    operator_id: str = "620101"
    name: str = "马晓兰"
    role: Role = Role.ADMINISTRATOR
    shift: int = 2
    shift_name: str = "白班"
    work_date: date = date(2026, 3, 14)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One screen: where it is, and what the ports say while it is drawn."""

    path: str
    view: PassageView | None = None
    logged_in: bool = True
    lanes: bool = True
    top: TopLine | None = None
    tap: str = ""
    notices: tuple[Rejected, ...] = ()
    rows: bool = True


CALM = TopLine(
    unsent=0, rejected=0, open_debits=0, online=True, list_age_s=7500, list_stale=False, psam=PsamState.READY,
    battery_percent=82,
)  # fmt: skip
TROUBLED = TopLine(
    unsent=3, rejected=1, open_debits=1, online=False, list_age_s=100000, list_stale=True,
    psam=PsamState.UNAUTHORISED, battery_percent=12,
)  # fmt: skip


def wrong(field: str, zh: str, en: str) -> Rejected:
    return Rejected(field=field, text=Words(zh=zh, en=en))


SCENES: dict[str, Scene] = {
    "login": Scene(path="/login", logged_in=False),
    "login-wrong": Scene(path="/login", logged_in=False, notices=(wrong("password", "工号或密码不正确", "Number or password is wrong"),)),
    "unlock": Scene(path="/login?unlock=1", logged_in=False),
    "home": Scene(path="/"),
    "home-troubled": Scene(path="/", top=TROUBLED),
    "home-empty": Scene(path="/", lanes=False),
    "more": Scene(path="/more"),
    "setup": Scene(path="/setup"),
    "read": Scene(path="/linkage", view=START),
    "read-trouble": Scene(path="/linkage", view=TROUBLE),
    "reading": Scene(path="/linkage", view=replace(START, activity=Activity.READING)),
    "stopped": Scene(path="/linkage", view=STOPPED),
    "stopped-listed": Scene(path="/linkage", view=STOPPED_LISTED),
    "stopped-trip": Scene(path="/linkage", view=STOPPED_TRIP),
    "release": Scene(path="/linkage?sheet=release", view=STOPPED_LISTED),
    "leave": Scene(path="/linkage?sheet=leave", view=READ),
    "picture": Scene(path="/linkage", view=READ),
    "picture-warned": Scene(path="/linkage", view=replace(READ, vehicle=TRUCK, findings=(LOW_BATTERY,))),
    "keyboard-province": Scene(path="/linkage", view=WITH_PHOTO),
    "keyboard-letters": Scene(path="/linkage", view=replace(WITH_PHOTO, picture=replace(SHOT, plate="甘A12")), tap=".cells"),
    "keyboard-special": Scene(path="/linkage", view=replace(WITH_PHOTO, picture=replace(SHOT, plate="甘A1234")), tap=".cells .turn"),
    "keyboard-colours": Scene(path="/linkage", view=replace(WITH_PHOTO, picture=replace(SHOT, plate="甘A12345")), tap=".cells"),
    "typed": Scene(path="/linkage", view=WITH_PLATE),
    "typed-wrong": Scene(
        path="/linkage",
        view=replace(WITH_PLATE, picture=replace(
            TYPED, live=False, tag_agrees=False, plate_warning=Words(zh="车牌格式少见，请再核对", en="Unusual plate form: please check again")
        )),
        notices=(wrong("plate", "请输入车牌", "Enter the plate"),),
    ),
    "retake": Scene(path="/linkage?sheet=camera", view=WITH_PLATE),
    "exit-choose": Scene(path="/linkage", view=AFTER_PICTURE),
    "exit-kind": Scene(path="/linkage", view=replace(AFTER_PICTURE, classes=choices(CLASSES, 16))),
    "exit": Scene(path="/linkage", view=READY_TO_QUOTE),
    "fee": Scene(path="/linkage", view=QUOTED),
    "driver": Scene(path="/linkage?sheet=driver", view=QUOTED),
    "submitting": Scene(path="/linkage", view=replace(QUOTED, activity=Activity.SUBMITTING)),
    "completed": Scene(path="/linkage", view=COMPLETED),
    "tag-failed": Scene(path="/linkage", view=TAG_FAILED),
    "not-debited": Scene(path="/linkage", view=NOT_DEBITED),
    "unknown": Scene(path="/linkage", view=UNKNOWN),
    "refused": Scene(path="/linkage", view=REFUSED),
    "transferred": Scene(path="/linkage", view=TRANSFERRED),
    "abandoned": Scene(path="/linkage", view=ABANDONED),
    "idle": Scene(path="/linkage", view=replace(READ, ask_idle=True, age_s=260, actions=READ.actions | {Action.RESUME})),
    "records": Scene(path="/records"),
    "records-none": Scene(path="/records", rows=False),
    "record": Scene(path="/records/p1"),
    "record-refused": Scene(path="/records/p3"),
    "slip": Scene(path="/records/p1/slip"),
    "missing": Scene(path="/records/nothing"),
    "demo": Scene(path="/demo"),
}  # fmt: skip


def row(number: int, plate: str, colour: int, ending: Ending | None, state: RecordState, fee: int | None) -> LedgerRow:
    return LedgerRow(
        passage_id=f"p{number}", at=NOW.replace(minute=59 - number), plate=plate, colour=colour, ending=ending,
        state=state, fee_fen=fee,
    )  # fmt: skip


ROWS = (
    row(1, "甘A12345", 0, Ending.COMPLETED, RecordState.DELIVERED, 1045),
    row(2, "甘AF12345", 4, Ending.COMPLETED, RecordState.WAITING, 1045),
    row(3, "甘B88888", 0, Ending.REFUSED, RecordState.DELIVERED, None),
    row(4, "甘A9021挂", 1, Ending.TRANSFERRED, RecordState.REJECTED, None),
    row(5, "甘A55K21", 0, Ending.UNKNOWN, RecordState.UNKNOWN, 1045),
    row(6, "", 255, Ending.ABANDONED, RecordState.DELIVERED, None),
)


def detail(of: LedgerRow) -> LedgerDetail:
    paid = of.ending is Ending.COMPLETED
    card = CardChange(
        card_number="62012203123456784821", balance_before_fen=20000, balance_after_fen=18955, counter_before=4,
        counter_after=5, file_0019_before="AA2900" + "62010A0B11" + "00" * 35, file_0019_after="AA2900" + "62010A0B11" + "65F2" * 17,
    )  # fmt: skip
    return LedgerDetail(
        row=of, lane_name="11道", lane_use=ETC, operator="620101 马晓兰", shift_name="白班",
        toll_class=Words(zh="客一", en="Car 1"), vehicle_kind=Words(zh="普通", en="Normal"), photo_sha256=PHOTO,
        photo_live=paid, findings=() if paid else (PLATES_DIFFER,), quote=QUOTE if paid else None,
        card=card if paid else None, contract_serial="6201220700000937", tag_write="written" if paid else "",
        record_id="G006262001001620101101020260314091001" if paid else "", reason="" if paid else "41 ETC卡与OBU车牌（含颜色）不符",
        note="" if paid else "中心拒收：车道未登记", delivered_at=NOW if paid else None,
    )  # fmt: skip


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


class Gallery:
    """All ports at once, saying what the present scene says."""

    def __init__(self) -> None:
        self.scene = Scene(path="/")
        self.preference = Preference()
        self.calls: list[tuple[object, ...]] = []
        self.duty = Duty()
        self._photo = drawn_photo()

    def services(self) -> Services:
        return Services(
            desk=self, duty=self, ledger=self, setup=Setup(), status=self, photos=self, preferences=self, demo=Roadside()  # type: ignore[arg-type]  # one scripted object for all ports
        )

    # desk
    def lanes(self) -> tuple[LaneChoice, ...]:
        if not self.scene.lanes:
            return ()
        return (
            LaneChoice(lane_hex="62010A0B11", name="11道", use=ETC, code="06"),
            LaneChoice(lane_hex="62010A0B12", name="12道", use=MIXED, code="05"),
        )

    def view(self) -> PassageView | None:
        return self.scene.view

    def __getattr__(self, name: str) -> object:
        def called(*args: object, **kwargs: object) -> Answer:
            self.calls.append((name, *args, kwargs))
            return DONE

        return called

    # duty
    @property
    def on_duty(self) -> Duty | None:
        return self.duty if self.scene.logged_in else None

    def login(self, operator_id: str, password: str, shift: int, work_date: date) -> Answer:
        self.scene = replace(self.scene, logged_in=True)
        return DONE

    def shift_plans(self) -> tuple[ShiftPlan, ...]:
        names = ("夜班", "白班", "中班")
        return tuple(ShiftPlan(number=n + 1, name=name, starts_minute=n * 480) for n, name in enumerate(names))

    def shift_suggestion(self) -> tuple[int, date]:
        return 2, date(2026, 3, 14)

    # ledger
    def today(self) -> tuple[LedgerRow, ...]:
        return ROWS if self.scene.rows else ()

    def detail(self, passage_id: str) -> LedgerDetail | None:
        return next((detail(one) for one in ROWS if one.passage_id == passage_id), None)

    # the rest
    def top_line(self) -> TopLine:
        return self.scene.top or CALM

    def original(self, sha256: str) -> bytes | None:
        return self._photo

    def watermarked(self, sha256: str) -> bytes | None:
        return self._photo

    def current(self) -> Preference:
        return self.preference

    def choose(self, preference: Preference) -> None:
        self.preference = preference


class Setup:
    def station_name(self) -> str:
        return "城关收费站"

    def home_initial(self) -> str:
        return "甘"

    def lanes(self) -> tuple[LaneSetting, ...]:
        return (
            LaneSetting(lane_hex="62010A0B01", name="1道", use=Words(zh="ETC入口", en="ETC entry"), code="", exit=False, enabled=False),
            LaneSetting(lane_hex="62010A0B11", name="11道", use=ETC, code="06", exit=True, enabled=True),
            LaneSetting(lane_hex="62010A0B12", name="12道", use=MIXED, code="05", exit=True, enabled=False),
        )  # fmt: skip

    def enable(self, lanes_hex: frozenset[str]) -> Answer:
        return DONE


class Roadside:
    def vehicles(self) -> tuple[DemoVehicle, ...]:
        return (
            DemoVehicle(name="car-sm4", title=Words(zh="小客车（国密）", en="Car, SM4"), expected=Words(zh="完成扣费", en="completed")),
            DemoVehicle(name="plates-differ", title=Words(zh="卡签车牌不符", en="Plates differ"), expected=Words(zh="拒绝 41", en="refused, 41")),
        )  # fmt: skip

    def state(self) -> DemoState:
        return DemoState(
            vehicle="car-sm4", plate="甘A12345", card_inserted=True, barrier_open=True, display="客一 10.45元", balance_fen=18955, counter=5
        )

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
