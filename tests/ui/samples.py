"""Sample views of every screen state, as a desk would give them. For looks only: nothing is decided."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from laneside.contract.records import CardSum, FindingCount, ShiftTotals, UnresolvedDebit
from laneside.passage.flows.flow import Activity
from laneside.passage.flows.open_exit import OPEN_EXIT
from laneside.passage.notes import Ending
from laneside.passage.trace import Trace
from laneside.passage.views.views import (
    CardChange,
    Choice,
    FindingView,
    HistoryDetail,
    HistoryRow,
    PassageView,
    PictureView,
    ReadCharacter,
    ReadingView,
    RecordState,
    ResultView,
    Sight,
    StepView,
    VehicleView,
)
from laneside.reader.port import PsamState
from laneside.reader.tracing import TraceLine
from laneside.tariff.lines import QuoteLine
from laneside.tariff.quote import FeeQuote
from laneside.terminal.checkup.report import Measurements
from laneside.vocab.words import Words


def w(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


PHOTO = "5f" * 32
NOW = datetime(2026, 3, 14, 1, 59, 26, tzinfo=UTC)
ETC, MIXED = w("ETC出口", "ETC exit"), w("混合出口", "Mixed exit")
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
    return tuple(Choice(code=code, name=w(zh, en), selected=code == selected) for code, zh, en in table)


CAR = VehicleView(
    plate="甘A12345", colour=0, toll_class=w("客一", "Car 1"), seats=5,
    card_type=w("储值卡", "Stored value"), card_last4="4821", obu_last4="0937", balance_fen=20000,
)  # fmt: skip
TRUCK = replace(
    CAR, plate="甘AF12345", colour=5, toll_class=w("货六", "Truck 6"), seats=None, balance_fen=None,
    card_type=w("记账卡", "Charge card"),
)  # fmt: skip
NO_PICTURE = PictureView(
    photo_sha256=None, live=True, plate="", colour=None, card_agrees=None, tag_agrees=None, submitted=False,
    delivered=False, plate_warning=None,
)  # fmt: skip
SHOT = replace(NO_PICTURE, photo_sha256=PHOTO)
TYPED = replace(SHOT, plate="甘A12345", colour=0, card_agrees=True, tag_agrees=True)
CUT_OUT = "c0" * 32
SURE = ReadingView(
    sight=Sight.FOUND, plate="甘A12345", colour=0, cut_out_sha256=CUT_OUT, offered=True, agrees=True,
    characters=tuple(ReadCharacter(text=one, doubtful=False) for one in "甘A12345"),
)  # fmt: skip
LOOKING = ReadingView(sight=Sight.READING, said=w("正在识别车牌", "Reading the plate"))
UNSURE = replace(
    SURE, plate="甘AD12B45", colour=4, offered=False, agrees=None,
    said=w("识别存疑，请逐字核对", "Doubtful: check each character"),
    characters=tuple(ReadCharacter(text=one, doubtful=one == "B") for one in "甘AD12B45"),
)  # fmt: skip
TWO_PLATES = replace(
    SURE, said=w("画面有多块车牌，取与卡签相同的一块；另有 甘B88888，请核对",
                 "Several plates: the pair's own was taken; there is also 甘B88888, check"),
)  # fmt: skip
READ_OTHER = replace(
    UNSURE,
    offered=True,
    agrees=False,
    said=None,
    plate="甘A12B45",
    colour=0,
    characters=tuple(ReadCharacter(text=one, doubtful=False) for one in "甘A12B45"),
)
NO_EYE = ReadingView(
    sight=Sight.FAILED, said=w("本机未安装车牌识别，请手工输入", "Plate reading is not installed: type it")
)
SUBMITTED = replace(TYPED, submitted=True, reading=SURE)
QUOTE = FeeQuote(
    pay_fen=1100, discount_fen=55, province_discount_fen=0, fee_fen=1045, discount_type=None,
    rate_version="2026031000001",
    lines=(
        QuoteLine(zh="城关站 客一 定额 11.00 元", en="Chengguan, car 1: fixed fee 11.00"),
        QuoteLine(zh="ETC 九五折 −0.55 元", en="ETC 95 %: −0.55"),
        QuoteLine(zh="费率版本 2026031000001", en="Tariff version 2026031000001"),
    ),
)  # fmt: skip
WAYS_OUT = frozenset({"transfer", "abandon"})
PLATES_DIFFER = FindingView(
    code=41, severity="stop", text=w("ETC卡与OBU车牌（含颜色）不符", "Card and tag: plate or colour differ"),
    why=w("卡内 甘A12345 蓝，标签内 甘B88888 蓝", "Card 甘A12345 blue, tag 甘B88888 blue"),
    remedy=w("核对车辆与卡签，不得扣费；转人工收费", "Compare vehicle, card and tag; do not debit; transfer"),
    releasable=False, released=False,
)  # fmt: skip
LISTED = replace(
    PLATES_DIFFER, code=24, text=w("ETC卡在状态名单", "Card is on the status list"),
    why=w("名单类型 4：账户异常", "List type 4: account in trouble"),
    remedy=w("请司机联系发行方；班长可放行一次", "Driver asks the issuer; a leader may release once"),
    releasable=True,
)  # fmt: skip
RUNNING = replace(
    LISTED, code="running-trip", text=w("卡内有未结束行程", "The card holds a trip still running"),
    why=w("入口 62010A01，2 小时前", "Entry 62010A01, two hours ago"),
)  # fmt: skip
LOW_BATTERY = replace(PLATES_DIFFER, code=1, severity="warn", text=w("OBU电量低", "Tag battery is low"))

STEPS = tuple(
    StepView(name=step.name, title=step.title, area=step.area, main=step.main, main_title=None)
    for step in OPEN_EXIT.steps
)
START = PassageView(
    passage_id="01HV0", revision=1, lane_name="11道", lane_hex="62010A0B11", lane_use=ETC, captured_plate="",
    flow="open-exit", steps=STEPS, step="read", activity=Activity.NONE, trouble=None, vehicle=None, findings=(),
    clean=False, picture=NO_PICTURE,
    classes=choices(CLASSES), kinds=choices(KINDS), quote=None, result=None,
    actions=WAYS_OUT | {"read", "leave"}, ask_idle=False, age_s=12,
)  # fmt: skip
READ = replace(START, revision=2, step="picture", vehicle=CAR, clean=True, actions=WAYS_OUT | {"read", "photo"})
WITH_PHOTO = replace(READ, revision=3, picture=SHOT, actions=READ.actions | {"submit-picture"})
WITH_PLATE = replace(WITH_PHOTO, picture=TYPED)
AFTER_PICTURE = replace(
    WITH_PLATE, revision=4, step="check", picture=SUBMITTED, actions=WITH_PHOTO.actions | {"select"}
)
READY_TO_QUOTE = replace(
    AFTER_PICTURE, step="fee", classes=choices(CLASSES, 1), kinds=choices(KINDS, 0),
    actions=AFTER_PICTURE.actions | {"quote"},
)  # fmt: skip
QUOTED = replace(READY_TO_QUOTE, revision=5, step="submit", quote=QUOTE, actions=READY_TO_QUOTE.actions | {"submit"})


def result(ending: Ending | None, title: Words, cause: Words, remedy: Words, **more: object) -> ResultView:
    values: dict[str, object] = {"fee_fen": None, "balance_after_fen": None, "tag_write": "", "record_id": ""}
    return ResultView(ending=ending, title=title, cause=cause, remedy=remedy, **{**values, **more})  # type: ignore[arg-type]  # sample values


def ended(view: PassageView, *actions: str) -> PassageView:
    step = "submit" if view.result is None or view.result.ending is None else "done"
    return replace(view, revision=view.revision + 1, step=step, actions=frozenset(actions))


NOTHING = w("", "")
COMPLETED = ended(
    replace(QUOTED, result=result(
        Ending.COMPLETED, w("已扣费", "Debited"), w("请放行", "Let the vehicle pass"), NOTHING,
        fee_fen=1045, balance_after_fen=18955, tag_write="written", record_id="G006262001001620101101020260314091001",
    )), "leave",
)  # fmt: skip
TAG_FAILED = ended(
    replace(QUOTED, result=result(
        Ending.COMPLETED, w("已扣费", "Debited"),
        w("扣款成功，标签未写入，可补写标签", "Debited; the tag was not written and can be written again"),
        w("车道未联动，请人工放行", "No lane link: open the barrier by hand"), fee_fen=1045, tag_write="failed",
    )), "leave", "rewrite-tag",
)  # fmt: skip
NOT_DEBITED = replace(
    QUOTED, result=result(
        None, w("未扣费", "Not debited"), w("未找到卡签，请贴近后重试", "Pair not found: hold closer"),
        w("重试或转人工", "Retry, or transfer to a colleague"),
    ), actions=QUOTED.actions | {"retry"},
)  # fmt: skip
UNKNOWN = replace(
    QUOTED, result=result(
        Ending.UNKNOWN, w("待确认·勿再扣费", "Not known: do not debit again"),
        w("扣款是否完成尚不能确定", "Whether the card was debited cannot be told yet"),
        w("将手持机贴近卡签，点【确认扣款】", "Hold the terminal to the pair and tap Confirm debit"), fee_fen=1045,
    ), actions=frozenset({"prove", "leave"}),
)  # fmt: skip
STOPPED = replace(
    READ, step="read", clean=False, findings=(PLATES_DIFFER,),
    actions=WAYS_OUT | {"read", "photo", "refuse"},
)  # fmt: skip
STOPPED_LISTED = replace(STOPPED, findings=(LISTED, LOW_BATTERY), actions=STOPPED.actions | {"release"})
STOPPED_TRIP = replace(STOPPED_LISTED, findings=(RUNNING,))
REFUSED = ended(
    replace(STOPPED, result=result(
        Ending.REFUSED, w("未放行", "Refused"),
        w("41 ETC卡与OBU车牌（含颜色）不符", "41 Card and tag: plate or colour differ"), PLATES_DIFFER.remedy,
    ), findings=()), "leave",
)  # fmt: skip
TRANSFERRED = ended(
    replace(QUOTED, result=result(
        Ending.TRANSFERRED, w("转人工", "Transferred"), w("卡签无法读写", "Card or tag fails"), NOTHING,
    )), "leave",
)  # fmt: skip
ABANDONED = ended(
    replace(START, result=result(
        Ending.ABANDONED, w("已放弃", "Abandoned"), w("车辆驶离", "Vehicle left"), NOTHING,
    )), "leave",
)  # fmt: skip
TROUBLE = replace(
    START, trouble=w("未检测到卡签，请贴近挡风玻璃标签后重试", "No tag or card found: hold closer, try again")
)


def row(number: int, plate: str, colour: int, ending: Ending | None, state: RecordState, fee: int | None) -> HistoryRow:
    return HistoryRow(
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


def detail(of: HistoryRow) -> HistoryDetail:
    paid = of.ending is Ending.COMPLETED
    card = CardChange(
        card_number="62012203123456784821", balance_before_fen=20000, balance_after_fen=18955, counter_before=4,
        counter_after=5, file_0019_before="AA2900" + "62010A0B11" + "00" * 35,
        file_0019_after="AA2900" + "62010A0B11" + "65F2" * 17,
    )  # fmt: skip
    return HistoryDetail(
        row=of, lane_name="11道", lane_use=ETC, operator="620101 马晓兰", shift_name="白班",
        toll_class=w("客一", "Car 1"), vehicle_kind=w("普通", "Normal"), photo_sha256=PHOTO,
        photo_live=paid, findings=() if paid else (PLATES_DIFFER,), quote=QUOTE if paid else None,
        card=card if paid else None, contract_serial="6201220700000937", tag_write="written" if paid else "",
        record_id="G006262001001620101101020260314091001" if paid else "",
        reason="" if paid else "41 ETC卡与OBU车牌（含颜色）不符",
        note="" if paid else "中心拒收：车道未登记", delivered_at=NOW if paid else None,
    )  # fmt: skip


FIT = Measurements(
    reader_trouble="",
    reader_cause="",
    firmware="",
    psam=PsamState(present=True, authorised=True, terminal_number=bytes.fromhex("620100001001")),
    authorisation_trouble="", centre_trouble="", offered_again=None, clock_ahead_s=0.4, journal_trouble="",
    journal_entries=1000,
    sync_ms=3.2, sync_trouble="", free_mb=18400, battery_percent=82, parameters_version=3,
    list_version="202603140130", list_age_s=7500, tariff_version="6220260310001", unsent=2, refused=0, open_debits=0,
    serial_ports=("/dev/ttyUSB0",), pcsc_readers=None, plate_trouble="",
)  # fmt: skip
UNFIT = replace(
    FIT, psam=PsamState(present=True, authorised=False, terminal_number=bytes.fromhex("620100001001")),
    authorisation_trouble="psam-signer-off: 中心未配置PSAM授权服务", centre_trouble="ConnectError: 连接被拒绝",
    clock_ahead_s=None, battery_percent=12, list_age_s=100000, open_debits=1, refused=1, free_mb=120,
)  # fmt: skip
TOTALS = ShiftTotals(
    shift=2, work_date="20260314", on_time="20260314073012", off_time="20260314152841", lanes=("62010A0B11",),
    vehicles=213, completed=198, refused=9, transferred=4, abandoned=1, unknown=1,
    stored_value=CardSum(count=151, fee_fen=165750), charge=CardSum(count=47, fee_fen=92210), fee_fen=257960,
    special=(
        FindingCount(code="41", text="ETC卡与OBU车牌（含颜色）不符", count=5),
        FindingCount(code="24", text="ETC卡在状态名单", count=4),
    ),
    unsent=3, refused_by_centre=1,
    open_debits=(
        UnresolvedDebit(
            record_id="G" * 37, passage_id="p2", plate="甘A12345", card_last4="4821", amount_fen=1045,
            at="20260314095926",
        ),
    ),
    status_list_version="202603140130", rate_version="6220260310001",
)  # fmt: skip
LONG = "B8CACBE06201000116516201************0002" * 2
TRACES = (
    Trace(
        started_at=NOW,
        first=(
            TraceLine("lane", "occupy", 0, 1.6, "62010A0B11", "", "ok"),
            TraceLine("card", "read 0015", 13, 0.1, "00B09500 32", LONG, "9000"),
        ),
        left_out=12,
        last=(TraceLine("card", "8054 debit", 340, 7.8, "80540100 0F 0000000120260926175601******** 08", "",
                        "link-lost: card: no answer"),),
    ),
)  # fmt: skip
