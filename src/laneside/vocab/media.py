"""Codes of media, transactions, payment and status lists in cards and records (spec/codes.md sections 6 and 7)."""

from __future__ import annotations

from laneside.vocab.words import Coded


class CardType(Coded):
    """卡片类型, 0015 byte 8 (icc.md 2)."""

    PERIOD_TICKET = 21, "年/月票卡", "year or month ticket"
    STORED_VALUE = 22, "储值卡", "stored-value card"
    CHARGE = 23, "记账卡", "charge card"
    TEST_1 = 51, "测试卡", "test card"
    TEST_2 = 52, "测试卡", "test card"
    TEST_3 = 53, "测试卡", "test card"


class EtcCardType(Coded):
    """The record's ``etcCardType``."""

    STORED_VALUE = 1, "储值卡", "stored-value card"
    CREDIT = 2, "记账卡", "charge card"


class MediaType(Coded):
    """通行介质类型, the record's ``mediaType``."""

    OBU = 1, "OBU", "OBU"
    CPC = 2, "CPC卡", "CPC card"
    PAPER = 3, "纸券", "paper ticket"
    M1 = 4, "M1卡", "M1 card"
    NONE = 9, "无通行介质", "none"


class ObuSign(Coded):
    """The record's ``obuSign``."""

    SINGLE_CHIP = 1, "单片式", "single-chip"
    DUAL_CHIP = 2, "双片式", "dual-chip"


class TransactionType(Coded):
    """交易类型 of the card, 0018 byte 9 and ``transType``."""

    LOAD = 0x02, "圈存", "load"
    PURCHASE = 0x06, "消费", "purchase"
    COMPOSITE_PURCHASE = 0x09, "复合消费", "composite purchase"


class TransactionPayType(Coded):
    """支付方式, the record's ``transPayType``."""

    ETC_PASS = 1, "出口ETC通行", "ETC pass at the exit"
    CARD_SWIPED = 2, "出口ETC刷卡通行", "ETC card swiped at the exit"


class DiscountType(Coded):
    """优惠类型, the record's ``discountType``; the plain 95 % has none."""

    GREEN = 1, "绿通", "green channel"
    HARVESTER = 2, "联合收割机", "combine harvester"
    CONTAINER_J1 = 3, "J1类集装箱", "J1 container"
    CONTAINER_J2 = 4, "J2类集装箱", "J2 container"
    HOLIDAY = 5, "节假日", "holiday"


class ExitFeeType(Coded):
    """出口计费方式, the record's ``exitFeeType`` (codes.md 6.1)."""

    OBU_AFTER_DISCOUNT = 1, "OBU计费(优惠后)", "OBU amount after discount"
    OBU_BEFORE_DISCOUNT = 2, "OBU计费(优惠前,已废止)", "OBU amount before discount (abolished)"
    CPC = 3, "CPC卡计费", "CPC card amount"
    PROVINCE_ONLINE = 4, "省中心在线计费", "province online"
    MINISTRY_ONLINE = 5, "部中心在线计费", "ministry online"
    MINIMUM = 6, "全国最小费额计费", "national minimum fee"
    GANTRY = 7, "门架预计费(地方)", "gantry pre-calculation (local)"
    OPEN = 11, "开放式计费", "open-type charging"


class LaneType(Coded):
    """车道类型, ``laneType`` of the entry record; a handheld counts as virtual."""

    ETC = 1, "ETC车道", "ETC"
    MTC = 2, "MTC车道", "MTC"
    MIXED = 3, "混合车道", "mixed"
    DUPLEX_MIXED = 4, "双向混合车道", "duplex mixed"
    VIRTUAL = 5, "虚拟车道(便携机)", "virtual (portable machine)"


class OperationMedia(Coded):
    """操作媒介, ``operationMedia`` of the entry record."""

    LANE = 1, "车道", "lane"
    HANDHELD = 2, "手持终端", "handheld terminal"


class ContractType(Coded):
    """协约类型, tag EF01 byte 8 (obu.md 3)."""

    COMMON = 0x00, "普通", "common"


class RemovalFlag(Coded):
    """拆卸状态, tag EF01 byte 26 (obu.md 3.1). Other numbers occur; their high nibble is not understood."""

    REMOVED = 0x00, "已拆卸或未激活", "removed, or not yet activated"
    INSTALLED = 0x01, "已安装", "installed, valid"


class TagStatusBit(Coded):
    """Bits of OBU状态, the status byte of the VST, dual-chip (obu.md 8). Single-chip tags have bits 2, 1 and 0 only."""

    NO_CARD = 0x80, "无卡", "no card"
    CONTACTLESS = 0x20, "非接触", "contactless"
    LOGIC_CARD = 0x10, "逻辑加密卡", "logic-encrypted card"
    CARD_ERROR = 0x08, "卡异常", "card error"
    LOCKED = 0x04, "标签锁定", "tag locked"
    REMOVED = 0x02, "被拆卸", "tampered or removed"
    LOW_BATTERY = 0x01, "电量低", "battery low"


class CardListType(Coded):
    """Why an ETC card is on the status list. Any type stops the card; 7 is Shanghai's."""

    LOST = 1, "卡挂失", "lost"
    SUSPENDED_WITHOUT_CARD = 2, "无卡挂起", "suspended without card"
    CANCELLED_WITHOUT_CARD = 3, "无卡注销", "cancelled without card"
    OVERDRAWN = 4, "账户透支", "overdrawn"
    PARTNER_BLACKLIST = 5, "合作机构黑名单", "partner blacklist"
    CLASS_MISMATCH = 6, "车型不符", "class mismatch"
    STORED_VALUE_SHORT = 7, "储值卡余额不足", "stored-value balance short"


class ObuListType(Coded):
    """Why a tag is on the status list; 101 to 105 are the issuers' newer codes."""

    LOST = 1, "标签挂失", "lost"
    SUSPENDED_WITHOUT_TAG = 2, "无签挂起", "suspended without tag"
    CANCELLED_WITHOUT_TAG = 3, "无签注销", "cancelled without tag"
    CLASS_MISMATCH = 4, "车型不符", "class mismatch"
    WRITTEN_OFF = 101, "核销", "written off"
    SUSPENDED = 102, "挂起", "suspended"
    NO_PAYMENT_CHANNEL = 103, "未关联扣款渠道", "no payment channel"
    OVERDRAWN = 104, "账户透支", "overdrawn"
    RESTRICTED_BY_PAYER = 105, "支付机构限制使用", "restricted by the payer"
