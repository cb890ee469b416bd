"""Codes of the lane program and its reader: reasons, checks, notices, voices (spec/codes.md 6 and 10, icc.md 10).

Trap: :class:`ExceptionReason` and the special events (:func:`laneside.vocab.special_event`) are two code spaces.
"""

from __future__ import annotations

from enum import StrEnum

from laneside.vocab.words import Coded


class ExceptionReason(Coded):
    """Why a lane program did not trade (10.2). Up to 99 the national log code, from 100 on provincial."""

    LOW_BALANCE = 1, "余额不足", "low balance"
    OBU_STATUS = 2, "OBU状态异常", "OBU status"
    OBU_EXPIRED = 6, "OBU过期", "OBU expired"
    CARD_EXPIRED = 7, "卡过期", "card expired"
    OBU_NOT_ENABLED = 8, "OBU未启用", "OBU not enabled"
    CARD_NOT_ENABLED = 9, "卡未启用", "card not enabled"
    TIMEOUT = 10, "超时", "timeout"
    BARRIER_RUN = 11, "闯关", "barrier run"
    TAG_WITHOUT_CARD = 13, "标签无卡", "tag without card"
    CARD_ISSUER_INVALID = 14, "卡发行方无效", "card issuer invalid"
    OBU_ISSUER_INVALID = 15, "OBU发行方无效", "OBU issuer invalid"
    RATE_NOT_FOUND = 16, "无费率", "rate not found"
    FEE_ERROR = 17, "计费错误", "fee error"
    CARD_LOST = 18, "卡挂失", "card lost"
    TAG_LOST = 19, "标签挂失", "tag lost"
    NEIGHBOUR_LANE = 20, "邻道干扰", "neighbour lane"
    WRITE_CARD = 40, "写卡(B4)", "write card (B4)"
    VEHICLE_LISTED = 50, "车辆在名单", "vehicle on list"
    CARD_LISTED = 51, "卡在名单", "card on list"
    OBU_LISTED = 52, "OBU在名单", "OBU on list"
    NO_OBU = 53, "无OBU", "no OBU"
    U_TURN = 54, "U转车", "U-turn"
    ENTRY_EXIT_FLAG = 55, "进出站标志错", "entry/exit flag"
    CLASS_UNKNOWN = 56, "车型未知", "class unknown"
    PLATES_DIFFER = 57, "卡与OBU车牌不符", "plate of card ≠ OBU"
    FORBIDDEN = 61, "禁止通行", "forbidden"
    OBU_DEVICE = 71, "OBU设备", "OBU device"
    OTHER = 99, "其他", "other"
    PHYSICAL_ERROR = 100, "B5物理错误(卡可能已写)", "B5 physical error (card may be written)"
    HOME_PROVINCE_MISMATCH = 111, "归属省不符", "home-province mismatch"
    CARD_TYPE = 115, "卡类型", "card type"
    TRADE_FAILED = 116, "交易失败", "trade failed"
    FREE_PASS_EXPIRED = 118, "免费证过期", "free pass expired"
    FREE_PASS_OUT_OF_AREA = 119, "免费证超区域", "free pass out of area"
    RSU_COMMAND = 121, "RSU命令错误", "RSU command error"
    NETWORK_UNKNOWN = 123, "路网编号未知", "network id unknown"
    NO_WEIGHT = 127, "无称重", "no weight"
    OVERLOAD = 128, "超载", "overload"
    GREEN = 129, "绿通", "green channel"
    HARVESTER = 130, "联合收割机", "harvester"
    CONTAINER_J1 = 131, "J1类集装箱", "J1 container"
    CONTAINER_J2 = 132, "J2类集装箱", "J2 container"
    AMOUNT_FEE = 133, "金额异常:计费", "amount: fee"
    AMOUNT_ENTRY = 134, "金额异常:入口", "amount: entry"
    AMOUNT_PROVINCE = 135, "金额异常:省份", "amount: province"
    AMOUNT_ZERO = 136, "金额异常:为零", "amount: zero"
    AMOUNT_TOO_LARGE = 137, "金额异常:过大", "amount: too large"
    ENTRY_WEIGHT = 138, "入口重量", "entry weight"
    MORE_THAN_SIX_AXLES = 139, "超过六轴", "more than 6 axles"
    REPEATED_TRADE = 141, "重复交易", "repeated trade"
    PLATE_NOT_CAMERA = 143, "与抓拍车牌不符", "plate ≠ camera"
    AXLE_TYPE = 144, "轴型", "axle type"
    BULK_TRANSPORT = 145, "大件运输", "bulk transport"


class AuthorisationReason(Coded):
    """班长授权 reasons (10.6), printed with three digits; other numbers up to 032 are provincial."""

    OVERLOAD = 1, "超载", "overload"
    HOLIDAY = 2, "节假日", "holiday"
    GREEN = 3, "绿通", "green channel"
    LIST = 8, "状态名单", "list"
    MINIMUM_FEE = 9, "最小费额", "minimum fee"
    OVERTIME = 13, "超时", "overtime"
    PROVINCIAL_PLATE_LIST = 14, "省内车牌名单", "provincial plate list"
    U_TURN = 15, "U转", "U-turn"
    RE_RELEASE = 17, "再次放行", "re-release"
    ANTENNA_RE_RELEASE = 18, "天线再次放行", "antenna re-release"
    U_TURN_2 = 20, "U转(另)", "U-turn, further"
    MINIMUM_FEE_2 = 27, "最小费额(另一)", "minimum fee, second variant"
    MINIMUM_FEE_3 = 28, "最小费额(另二)", "minimum fee, third variant"


class VoiceGroup(Coded):
    """Groups of spoken texts (10.7)."""

    TOLL = 1, "收费金额", "toll 0–999"
    CLASS = 2, "车型", "class"
    VEHICLE_STATE = 3, "车辆状态", "vehicle state"
    CARD_MACHINE = 4, "卡机", "card machine"
    POLITE = 5, "礼貌用语", "polite phrases"


class VoiceVehicleState(Coded):
    """Texts of the voice group "vehicle state" (10.7)."""

    PLATE_MISMATCH = 1, "车牌不符", "plate mismatch"
    U_TURN = 2, "U转", "U-turn"
    OVERTIME = 3, "超时", "overtime"
    CHANGED = 4, "改轴改型", "changed"
    UNPAID = 5, "未付", "unpaid"
    FREE = 6, "免费", "free"
    OVERLOAD = 7, "超载", "overload"


class VehicleCheck(Coded):
    """Result of the weight and vehicle check of one lane program (10.4)."""

    GO = 0, "通过", "go"
    NO_WEIGHT = -1, "无称重", "no weight"
    OVERLOAD = -2, "超载", "overload"
    PLATE_NOT_CAMERA = -3, "与抓拍车牌不符", "plate ≠ camera"
    BULK_STOPPED = -4, "大件车辆拦截", "bulk vehicle stopped"
    RARE_AXLE_TYPE = -99, "罕见轴型", "rare axle type"


class TransactionNotice(Coded):
    """Notices of a running trade (10.4)."""

    STARTED = 0, "交易开始", "started"
    C6_SENT = 1, "已下发C6", "C6 sent"
    VOIDED = 2, "已作废", "voided"


class LaneOperatingMode(Coded):
    """Operating mode of a lane (10.4)."""

    NORMAL = 0, "正常", "normal"
    HOLIDAY = 1, "节假日", "holiday"
    FLEET = 2, "车队", "fleet"


class ReaderLaneMode(Coded):
    """Lane mode of reader command C0 (section 6)."""

    ETC_ENTRY = 3, "ETC入口", "ETC entry"
    ETC_EXIT = 4, "ETC出口", "ETC exit"
    ETC_OPEN = 6, "ETC开放式", "ETC open"
    MARKER = 7, "标识站", "marker"
    PROVINCE_STATION = 8, "省界站", "province station"


class CardWriteResult(Coded):
    """Result of a card write as lanes report it (icc.md 10)."""

    OK = 0, "成功", "ok"
    PSAM_NOT_AUTHORISED = 1, "PSAM需授权", "PSAM needs authorisation"
    OTHER = 2, "其他", "other"


class CardReadError(Coded):
    """Read error as lanes report it (icc.md 10)."""

    FAILED = 1, "读卡失败", "failed"
    OPEN_FAILED = 3, "打开失败", "open failed"
    READER_FAULT = 4, "读写器故障", "reader fault"


class OperatorText(StrEnum):
    """Short operator texts (10.3) and duty texts, printed as given."""

    LOW_BALANCE = "卡余额不足"
    TAG_REMOVED = "OBU防拆失效"
    OBU_EXPIRED = "OBU已过期"
    CARD_EXPIRED = "卡已过期"
    OBU_NOT_ENABLED = "电子标签未启用"
    CARD_NOT_ENABLED = "ETC卡未启用"
    TAG_WITHOUT_CARD = "标签无卡"
    ENTRY_UNKNOWN = "入口不明"
    NEIGHBOUR_LANE = "邻道干扰"
    WRITE_FAULT = "写卡故障"
    ARREARS = "欠费车辆"
    CARD_ACCOUNT = "ETC卡账户异常"
    OBU_LISTED = "OBU状态名单"
    U_TURN = "U转车"
    ENTRY_EXIT_FLAG = "进出站标志错"
    PAIR_MISMATCH = "标卡信息不符"
    TRADE_FAILED = "交易暂时失败"
    REPEATED_TRADE = "重复交易"
    PLATE_NOT_CAMERA = "与抓拍车牌不符"
    NO_ENTRY = "卡内无入口信息！"
    NOT_ON_DUTY = "请先上班后再进行操作"
    TRADE_RUNNING = "正在交易中，请勿进行其他操作"
    LANE_NOT_REGISTERED = "该车道未在省中心平台注册"


class RecordedExitEvent(StrEnum):
    """The nine exit special events that must be recorded (10.5)."""

    NO_ENTRY = "无入口信息"
    PLATES_DIFFER = "OBU与卡车牌不符"
    ARREARS = "追缴车辆"
    TAG_WITHOUT_CARD = "双片式OBU无卡"
    DAMAGED = "ETC卡或OBU损坏"
    TOLL_ADJUSTED = "非ETC收费金额调整"
    TAG_REMOVED = "OBU拆卸"
    CPC_ABNORMAL = "CPC卡异常"
    PAPER_TICKET = "纸质通行券"
