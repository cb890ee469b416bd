"""Codes of vehicles and plates (spec/codes.md sections 1 to 5, spec/icc.md 5.3).

Trap: the wire's ``vehicleType`` is :class:`TollClass` (车型), its ``vehicleClass`` is :class:`VehicleKind` (车种).
"""

from __future__ import annotations

from laneside.vocab.words import Coded


class TollClass(Coded):
    """车型, JT/T 489-2019 (codes.md 1). Local numbers (5-10, 17-20, 27) stay plain integers."""

    PASSENGER_1 = 1, "一型客车", "passenger 1"
    PASSENGER_2 = 2, "二型客车", "passenger 2"
    PASSENGER_3 = 3, "三型客车", "passenger 3"
    PASSENGER_4 = 4, "四型客车", "passenger 4"
    TRUCK_1 = 11, "一型货车", "truck 1"
    TRUCK_2 = 12, "二型货车", "truck 2"
    TRUCK_3 = 13, "三型货车", "truck 3"
    TRUCK_4 = 14, "四型货车", "truck 4"
    TRUCK_5 = 15, "五型货车", "truck 5"
    TRUCK_6 = 16, "六型货车", "truck 6"
    SPECIAL_1 = 21, "一型专项作业车", "special-work vehicle 1"
    SPECIAL_2 = 22, "二型专项作业车", "special-work vehicle 2"
    SPECIAL_3 = 23, "三型专项作业车", "special-work vehicle 3"
    SPECIAL_4 = 24, "四型专项作业车", "special-work vehicle 4"
    SPECIAL_5 = 25, "五型专项作业车", "special-work vehicle 5"
    SPECIAL_6 = 26, "六型专项作业车", "special-work vehicle 6"

    @property
    def axle_count(self) -> int | None:
        """The axles that follow from a truck's or special-work vehicle's class; None for passenger cars."""
        return None if self < TollClass.TRUCK_1 else max(2, self % 10)


class VehicleKind(Coded):
    """车种 (codes.md 2). 24 meant any container before J1 and J2 were told apart (spec/unknowns.md 57)."""

    NORMAL = 0, "普通", "normal"
    OFFICIAL = 6, "公务", "official"
    MILITARY = 8, "军警", "military or police"
    EMERGENCY = 10, "紧急", "emergency"
    FREE = 12, "免费", "free"
    FLEET = 14, "车队", "fleet"
    GREEN = 21, "绿通", "green channel"
    HARVESTER = 22, "联合收割机", "combine harvester"
    RELIEF = 23, "抢险救灾", "disaster relief"
    CONTAINER_J1 = 24, "J1类集装箱", "J1 container"
    OVERSIZE = 25, "大件运输", "oversize transport"
    RESCUE = 26, "应急救援", "emergency rescue"
    TRUCK_TRAIN = 27, "货车列车/半挂汽车列车", "truck train"
    CONTAINER_J2 = 28, "J2类集装箱", "J2 container"


class UserType(Coded):
    """车辆用户类型, card 0015 byte 40 and tag vehicle file byte 15 (codes.md 3)."""

    NORMAL = 0, "普通", "normal"
    OFFICIAL = 6, "公务", "official"
    MILITARY = 8, "军警", "military or police"
    EMERGENCY = 10, "紧急", "emergency"
    FREE = 12, "免费", "free"
    FLEET = 14, "车队", "fleet"
    CONTAINER_TRACTOR = 24, "集装箱牵引车", "container tractor"
    RESCUE = 26, "应急救援车", "emergency rescue"
    OTHER_TRACTOR = 27, "其他牵引车", "other tractor"


class VehicleStatusFlag(Coded):
    """车辆状态标识, 0019 byte 38 and the record's ``vehicleSign`` (codes.md 4)."""

    OVERSIZE = 0x00, "大件运输", "oversize transport"
    NO_PREFERENCE = 0x01, "无优惠", "no preference"
    GREEN = 0x02, "绿通", "green channel"
    HARVESTER = 0x03, "联合收割机", "combine harvester"
    CONTAINER = 0x04, "集装箱", "container"
    DEFAULT = 0xFF, "默认", "default"


class PlateColour(Coded):
    """车牌颜色 (codes.md 5.1). 7, 9, 11 and 12 occur in records only, FF on cards and tags only."""

    BLUE = 0, "蓝", "blue"
    YELLOW = 1, "黄", "yellow"
    BLACK = 2, "黑", "black"
    WHITE = 3, "白", "white"
    GREEN = 4, "渐变绿", "gradient green"
    YELLOW_GREEN = 5, "黄绿双拼", "yellow-green"
    BLUE_WHITE = 6, "蓝白渐变", "blue-white gradient"
    TEMPORARY = 7, "临时", "temporary"
    UNDETERMINED = 9, "未确定", "undetermined"
    RECORD_GREEN = 11, "绿", "green"
    RED = 12, "红", "red"
    NONE = 0xFF, "无", "none"


class EntryExitStatus(Coded):
    """入出口状态, 0019 byte 13 (icc.md 5.3)."""

    RESERVED = 0x00, "保留", "reserved"
    CLOSED_MIXED_ENTRY = 0x01, "封闭式MTC入口", "closed, mixed (MTC) entry"
    CLOSED_MIXED_EXIT = 0x02, "封闭式MTC出口", "closed, mixed (MTC) exit"
    CLOSED_ETC_ENTRY = 0x03, "封闭式ETC入口", "closed, ETC entry"
    CLOSED_ETC_EXIT = 0x04, "封闭式ETC出口", "closed, ETC exit"
    OPEN_MIXED = 0x05, "开放式MTC", "open, mixed (MTC)"
    OPEN_ETC = 0x06, "开放式ETC", "open, ETC"
    SELF_SERVICE_ENTRY = 0x10, "自助发卡入口", "self-service card-issue entry"
