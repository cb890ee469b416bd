"""Codes of media, transactions and payment in cards and records (spec/codes.md section 6)."""

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


class Identification(Coded):
    """The record's ``identification``: whether a paper receipt was handed over."""

    HANDED_OVER = 1, "已交付纸质凭证", "paper receipt handed over"
    NOT_HANDED_OVER = 2, "未交付纸质凭证", "no paper receipt handed over"


class DiscountType(Coded):
    """优惠类型, the record's ``discountType``; the plain 95 % has none."""

    GREEN = 1, "绿通", "green channel"
    HARVESTER = 2, "联合收割机", "combine harvester"
    CONTAINER_J1 = 3, "J1类集装箱", "J1 container"
    CONTAINER_J2 = 4, "J2类集装箱", "J2 container"
    HOLIDAY = 5, "节假日", "holiday"


class PayType(Coded):
    """支付类型, national ``payType``."""

    CASH = 1, "现金", "cash"
    OTHER_THIRD_PARTY = 2, "其他第三方账户支付", "other third party"
    UNIONPAY = 3, "银联卡支付", "UnionPay"
    ETC_CARD = 4, "ETC卡支付", "ETC card"
    ALIPAY = 6, "支付宝支付", "Alipay"
    WECHAT = 7, "微信支付", "WeChat"


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
