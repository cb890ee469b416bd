"""Codes of status lists and of the issuers' own states (spec/codes.md section 7). Never mix the two."""

from __future__ import annotations

from laneside.vocab.words import Coded


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


class ListRowStatus(Coded):
    """What a row of a list does with its own type."""

    ENTER = 1, "进入名单", "enters the list"
    LEAVE = 2, "解除名单", "leaves the list"


class CardState(Coded):
    """用户卡状态 at the issuer. Not a list type."""

    NORMAL = 1, "正常", "normal"
    SUSPENDED_WITH_CARD = 2, "有卡挂起", "suspended with card"
    SUSPENDED_WITHOUT_CARD = 3, "无卡挂起", "suspended without card"
    CANCELLED_WITH_CARD = 4, "有卡注销", "cancelled with card"
    CANCELLED_WITHOUT_CARD = 5, "无卡注销", "cancelled without card"
    LOST = 6, "卡挂失", "lost"
    PRE_CANCELLED = 12, "预注销", "pre-cancelled"


class ObuState(Coded):
    """OBU状态 at the issuer. Not a list type; tables disagree on 7 and 8 (spec/unknowns.md 63)."""

    NORMAL = 1, "正常", "normal"
    SUSPENDED_WITH_TAG = 2, "有签挂起", "suspended with tag"
    SUSPENDED_WITHOUT_TAG = 3, "无签挂起", "suspended without tag"
    CANCELLED_WITH_TAG = 4, "有签注销", "cancelled with tag"
    CANCELLED_WITHOUT_TAG = 5, "无签注销", "cancelled without tag"
    LOST = 6, "标签挂失", "lost"
    SEVEN = 7, "已过户(或标签过期)", "sold on (or tag expired)"
    EIGHT = 8, "维修中(或已过户)", "in repair (or sold on)"
