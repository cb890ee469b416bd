"""Numbering of single provinces and makers (spec/codes.md, marked "Shanghai", "Fujian" and so on).

Not imported with the room: a number here holds in its own province only, and none of it may be assumed elsewhere.
"""

from __future__ import annotations

from laneside.vocab.words import Coded


class ShanghaiVehicleKind(Coded):
    """Kinds that Shanghai adds (section 2)."""

    RELEASE_OR_RUN_90 = 90, "放行/闯关", "release or barrier run"
    RELEASE_OR_RUN_91 = 91, "放行/闯关", "release or barrier run"
    RELEASE_OR_RUN_92 = 92, "放行/闯关", "release or barrier run"


class ShanghaiPassType(Coded):
    """``passType`` (section 6)."""

    ETC = 5, "ETC", "ETC"
    CPC = 6, "CPC卡", "CPC card"
    PAPER = 9, "纸券", "paper"


class ShanghaiPayWay(Coded):
    """``payWay`` (section 6)."""

    FREE = 0, "免费", "free"
    CASH = 1, "现金", "cash"
    TRANSPORT_CPU_CARD = 2, "交通CPU卡", "transport CPU card"
    UNIONPAY = 3, "银联", "UnionPay"
    HOLIDAY_FREE = 5, "节假日免费", "holiday free"
    TRANSPORT_M1_CARD = 6, "交通M1卡", "transport M1 card"
    UNPAID = 7, "未付", "unpaid"
    ALIPAY = 10, "支付宝", "Alipay"
    WECHAT = 11, "微信", "WeChat"
    STORED_VALUE = 22, "储值卡", "stored-value card"
    CREDIT = 23, "记账卡", "charge card"


class ShanghaiExitTransType(Coded):
    """``transType`` of an exit (section 6)."""

    MTC = 1, "MTC", "MTC"
    ETC = 2, "ETC", "ETC"
    HANDHELD = 5, "手持机", "handheld"


class ShanghaiShift(Coded):
    """班次 (section 6)."""

    DAY = 1, "白班", "day"
    NIGHT = 2, "夜班", "night"


class FujianTollClass(Coded):
    """Classes of the local table (section 1)."""

    TRUCK_OVER_6 = 17, "六轴以上货车", "truck with more than 6 axles"
    SPECIAL_OVER_6 = 27, "六轴以上专项作业车", "special-work vehicle with more than 6 axles"


class FujianVehicleSituation(Coded):
    """车情, an internal numbering beside the kinds (section 2)."""

    NORMAL = 0, "普通", "normal"
    OFFICIAL = 1, "公务", "official"
    MILITARY = 2, "军警", "military"
    FRESH_PRODUCE = 3, "鲜活农产品", "fresh produce"
    EMERGENCY = 4, "紧急", "emergency"
    SPECIAL = 5, "特殊", "special"
    FLEET = 11, "车队", "fleet"
    RESCUE = 26, "救援", "rescue"
    HARVESTER = 101, "联合收割机", "harvester"
    RELIEF = 102, "抢险救灾", "relief"
    HOLIDAY = 103, "节假日", "holiday"
    VACCINE = 105, "疫苗运输", "vaccine"
    EMERGENCY_2 = 106, "应急", "emergency"
    TEMPORARY_FREE = 107, "临时免费", "temporary free"


class FujianCardType(Coded):
    """Card types that Fujian adds (section 6)."""

    PAPER = 12, "纸券", "paper"
    CPC = 15, "CPC卡", "CPC card"


class FujianPayType(Coded):
    """``PayType`` (section 6)."""

    CASH = 0, "现金", "cash"
    ETC = 1, "ETC", "ETC"
    THIRD_PARTY = 2, "第三方支付", "third party"
    UNPAID = 3, "未付(闯关)", "unpaid (barrier run)"


class FujianCardBizType(Coded):
    """``CardBizType`` (section 6)."""

    MANUAL = 10, "人工", "manual"
    ROBOT = 13, "机器人", "robot"
    OPEN_LANE = 14, "开放式车道", "open-type lane"
    HOLIDAY = 16, "节假日", "holiday"
    E_CNY = 30, "数字人民币", "e-CNY"
    WECHAT = 31, "微信", "WeChat"
    ALIPAY = 32, "支付宝", "Alipay"
    CPC_BY_ETC_CARD = 33, "CPC卡行程ETC卡支付", "CPC trip paid by ETC card"
    PAPER_BY_ETC_CARD = 34, "纸券行程ETC卡支付", "paper trip paid by ETC card"
    NO_CARD_BY_ETC_CARD = 35, "无卡行程ETC卡支付", "no-card trip paid by ETC card"


class FujianLaneMode(Coded):
    """``laneMode`` (section 6)."""

    ETC_IN = 1, "ETC入口", "ETC in"
    ETC_OUT = 2, "ETC出口", "ETC out"
    MIXED_IN = 3, "混合入口", "mixed in"
    MIXED_OUT = 4, "混合出口", "mixed out"
    SELF_SERVICE_IN = 5, "自助入口", "self-service in"
    SELF_SERVICE_OUT = 6, "自助出口", "self-service out"
    PRE_TRADE_IN = 7, "预交易入口", "pre-trade in"
    PRE_TRADE_OUT = 8, "预交易出口", "pre-trade out"
    HANDHELD = 9, "手持机", "handheld"


class FujianLaneUseType(Coded):
    """``LaneUseType`` (section 6)."""

    NORMAL = 0, "普通", "normal"
    PORTABLE = 1, "便携", "portable"
    UNMANNED_ISSUE = 2, "无人发卡", "unmanned issue"
    ETC = 3, "ETC", "ETC"
    OPEN = 4, "开放式", "open type"
    CAR_ONLY_ETC = 5, "客车ETC专用", "car-only ETC"
    TRUCK_ONLY_ETC = 6, "货车ETC专用", "truck-only ETC"
    SELF_PAYMENT = 8, "自助缴费", "self-payment"
    EMERGENCY_TERMINAL = 9, "应急终端", "emergency terminal"
    SELF_PAPER_TICKET = 10, "自助纸券", "self paper ticket"


class FujianShift(Coded):
    """班次 (section 6)."""

    MORNING = 1, "早班", "morning"
    AFTERNOON = 2, "中班", "afternoon"
    NIGHT = 3, "夜班", "night"


class FujianVoidTicket(Coded):
    """废票 (section 6)."""

    NORMAL = 0, "正常", "normal"
    REPRINT = 1, "重打", "reprint"
    ADJUSTED = 2, "调整", "adjusted"
    TRADE_VOID = 3, "交易作废", "trade void"
    NON_TRADE_VOID = 4, "非交易作废", "non-trade void"
    BACK_OFFICE_VOID = 5, "后台作废", "back-office void"


class FujianChangeType(Coded):
    """``ChangeType`` (section 6)."""

    CAR_TO_TRUCK = 5, "客改货", "car to truck"
    TRUCK_TO_CAR = 6, "货改客", "truck to car"
    HIGH_TO_LOW = 7, "大改小", "high to low class"
    LOW_TO_HIGH = 8, "小改大", "low to high class"
    SPECIAL_9 = 9, "特种车变更", "special vehicle change"
    SPECIAL_10 = 10, "特种车变更", "special vehicle change"
    SPECIAL_11 = 11, "特种车变更", "special vehicle change"
    SPECIAL_12 = 12, "特种车变更", "special vehicle change"


class FujianDealStatus(Coded):
    """``DealStatus``, bits of a mask (section 6)."""

    NO_CARD = 1, "无卡", "no card"
    BAD_CARD = 2, "坏卡", "bad card"
    PLATE_DIFFERS = 4, "车牌不符", "plate differs"
    U_TURN = 8, "U转", "U-turn"
    TIMEOUT = 16, "超时", "timeout"
    CHANGED = 32, "变更", "changed"
    UNPAID = 64, "未付", "unpaid"
    NORMAL_U_TURN = 256, "正常U转", "normal U-turn"
    NORMAL_TIMEOUT = 512, "正常超时", "normal timeout"
    CHARGED_U_TURN = 1024, "收费U转", "charged U-turn"
    QR_PAY = 4096, "扫码支付", "QR pay"


class FujianBlackType(Coded):
    """Black types (section 7)."""

    VEHICLE = 0, "车辆", "vehicle"
    PASS_CARD = 1, "通行卡", "pass card"
    ID_CARD = 2, "身份卡", "id card"
    OBU = 3, "OBU", "OBU"
    ETC_CARD = 4, "ETC卡", "ETC card"


class TariffLaneType(Coded):
    """Lane-type codes of one tariff system (section 6)."""

    PORTABLE_ENTRY = 11, "便携入口", "portable entry"
    PORTABLE_EXIT = 12, "便携出口", "portable exit"
    ETC_HANDHELD = 13, "ETC手持", "ETC handheld"


class ProvincialEvent(Coded):
    """Special-event numbers that single provinces add (9.8); each keeps its number nationally as unknown."""

    NO_CARD_COUNT = 11, "无卡次数大于0", "no-card count above 0"
    GANTRY_MISMATCH = 46, "门架不一致", "gantry mismatch"
    KIND_MISMATCH = 47, "车种不一致", "kind mismatch"
    GANTRY_WROTE_ENTRY = 57, "门架写入入口", "gantry wrote the entry"
    PROVINCIAL_59 = 59, "省内自定义", "provincial, not described"
    PROVINCIAL_61 = 61, "省内自定义", "provincial, not described"
    TAG_SILENT = 71, "100ms内标签无应答", "tag did not answer within 100 ms"
    ANTENNA_72 = 72, "天线设备错误", "antenna or device error"
    ANTENNA_73 = 73, "天线设备错误", "antenna or device error"
    ANTENNA_74 = 74, "天线设备错误", "antenna or device error"
    ANTENNA_75 = 75, "天线设备错误", "antenna or device error"
    ANTENNA_76 = 76, "天线设备错误", "antenna or device error"
    PURCHASE_FAILED = 77, "复合消费失败", "composite purchase failed"
    TAC_FAILED = 78, "取TAC失败", "TAC fetch failed"
    ANTENNA_79 = 79, "天线设备错误", "antenna or device error"
    HOLIDAY = 116, "节假日", "holiday"
    GREEN = 128, "绿通", "green channel"
    HARVESTER = 132, "联合收割机", "harvester"
    SAME_STATION_REPEAT = 141, "同站重复交易", "same-station repeat"
    BLACKLIST_154 = 154, "黑名单", "blacklist kind"
    BLACKLIST_155 = 155, "黑名单", "blacklist kind"
    BLACKLIST_156 = 156, "黑名单", "blacklist kind"
    BLACKLIST_157 = 157, "黑名单", "blacklist kind"
    BLACKLIST_158 = 158, "黑名单", "blacklist kind"
    TRADED_WITHIN_FIVE_MINUTES = 165, "五分钟内已交易", "traded within five minutes"
    PLATE_NOT_CARD = 173, "车牌与卡不符", "plate ≠ card"
    BARRIER_RUN_200 = 200, "闯关", "barrier-run kind"
    BARRIER_RUN_201 = 201, "闯关", "barrier-run kind"
    BARRIER_RUN_202 = 202, "闯关", "barrier-run kind"
    BARRIER_RUN_203 = 203, "闯关", "barrier-run kind"
    BARRIER_RUN_220 = 220, "闯关", "barrier-run kind"
    BARRIER_RUN_221 = 221, "闯关", "barrier-run kind"
    BARRIER_RUN_222 = 222, "闯关", "barrier-run kind"
    BARRIER_RUN_223 = 223, "闯关", "barrier-run kind"
    BARRIER_RUN_224 = 224, "闯关", "barrier-run kind"
    BARRIER_RUN_225 = 225, "闯关", "barrier-run kind"
    BARRIER_RUN_226 = 226, "闯关", "barrier-run kind"


class FujianEvent(Coded):
    """Special-event numbers of Fujian (9.8); 29 and 30 mean something else than nationally."""

    OBU_BELOW_MINIMUM = 15, "OBU金额小于最小费额", "OBU amount below the minimum fee"
    ZERO_ACROSS_PROVINCES = 16, "跨省金额为零", "zero amount across provinces"
    MILEAGE = 18, "里程", "mileage"
    CARD_AMOUNT_LARGE = 29, "卡内金额大于1.5倍最小费额", "card amount above 1.5 × the minimum fee"
    CARD_AMOUNT_SMALL = 30, "卡内金额小于最小费额", "card amount below the minimum fee"
    FITTING_FAILED = 68, "拟合失败", "fitting failed"
    FITTED = 500, "已拟合", "fitted"
    LISTED_RELEASED = 501, "名单车辆临时放行", "temporary release of a listed vehicle"
    MANUAL_AXLE_LIMIT = 502, "人工轴限", "manual axle limit"
    CONTAINER_511 = 511, "集装箱尺寸", "container size"
    CONTAINER_512 = 512, "集装箱尺寸", "container size"
    CONTAINER_513 = 513, "集装箱尺寸", "container size"
    CONTAINER_514 = 514, "集装箱尺寸", "container size"
    CLASS_FROM_AUDIT = 520, "车型取自在线稽核", "class from online audit"
    CLASS_AS_INPUT = 521, "车型按录入", "class kept as input"
    TWO_PERSON_REVIEW = 522, "双人复核", "two-person review"
    CPC_WRITE_FAILED = 523, "CPC写卡失败放行", "CPC write failed but passed"
