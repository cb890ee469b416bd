"""The names of the frames (spec/rsu-frames.md 2.2, 2.3, 3.2, 3.3), and which way each goes."""

from __future__ import annotations

from typing import Final

from laneside.rsu.dialect import Dialect, Direction, Wire
from laneside.vocab import Coded, Words, label

_FROM_READER: Final = frozenset(range(0xB0, 0xC0)) | {0xD0}


class SerialCommand(Coded):
    """The commands of the old dialect."""

    ANTENNA = 0x4C, "天线开关", "antenna switch"
    BEACON_MODE = 0xAB, "信标ID模式", "beacon id mode"
    STATUS = 0xB0, "设备状态", "status"
    TAG = 0xB2, "标签信息", "tag"
    VEHICLE = 0xB3, "车辆信息", "vehicle"
    CARD = 0xB4, "卡片信息", "card"
    RESULT = 0xB5, "交易结果", "result"
    TAC_RESULT = 0xB8, "重取TAC结果", "TAC result"
    AMOUNTS = 0xB9, "分省金额", "amounts per province"
    PSAM_INIT_RESULT = 0xBD, "PSAM授权初始化结果", "PSAM authorisation init result"
    PSAM_RESULT = 0xBF, "PSAM授权结果", "PSAM authorisation result"
    INIT = 0xC0, "初始化", "init"
    CONTINUE = 0xC1, "继续交易", "continue"
    STOP = 0xC2, "停止交易", "stop"
    WRITE_ENTRY = 0xC3, "写入口", "write entry"
    NEW_ANTENNA = 0xC4, "天线开关", "antenna switch"
    PURCHASE = 0xC6, "扣费", "purchase"
    TAC_AGAIN = 0xC8, "重取TAC", "get TAC again"
    READ_AMOUNTS = 0xC9, "读取并清除分省金额", "read / clear amounts per province"
    PSAM_INIT = 0xCD, "PSAM授权初始化", "PSAM authorisation init"
    PSAM_AUTHORISE = 0xCF, "PSAM授权", "PSAM authorisation"
    SEND_BST = 0xD1, "立即发送BST", "send BST now"
    EVENT_REPORT = 0xD2, "事件报告", "event report"
    SET_PARAMETERS = 0xD8, "设置参数", "set parameters"
    READ_PARAMETERS = 0xD9, "读取参数", "read parameters"


class TcpCommand(Coded):
    """The commands of the new dialect."""

    STATUS = 0xB0, "设备状态", "status"
    HEARTBEAT = 0xB1, "心跳", "heartbeat"
    TAG = 0xB2, "标签信息", "tag"
    VEHICLE = 0xB3, "车辆信息", "vehicle"
    CARD = 0xB4, "卡片信息", "card"
    RESULT = 0xB5, "交易结果", "result"
    CPC_RESULT = 0xB7, "CPC卡结果", "CPC result"
    TAC_RESULT = 0xB8, "重取TAC结果", "TAC result"
    AMOUNTS = 0xB9, "分省金额", "amounts per province"
    PSAM_INIT_RESULT = 0xBA, "PSAM授权初始化结果", "PSAM authorisation init result"
    PSAM_RESULT = 0xBB, "PSAM授权结果", "PSAM authorisation result"
    BEACON_RESULT = 0xBE, "信标ID设置结果", "beacon id set result"
    INIT = 0xC0, "初始化", "init"
    CONTINUE = 0xC1, "继续交易", "continue"
    STOP = 0xC2, "停止交易", "stop"
    WRITE_ENTRY = 0xC3, "写入口", "write entry"
    ANTENNA = 0xC4, "天线开关", "antenna"
    DEBIT = 0xC6, "扣费", "debit"
    CPC_UPDATE = 0xC7, "CPC卡通行信息更新", "CPC passage update"
    TAC_AGAIN = 0xC8, "重取TAC", "get TAC again"
    READ_AMOUNTS = 0xC9, "读取并清除分省金额", "read / clear amounts per province"
    PSAM_INIT = 0xCA, "PSAM授权初始化", "PSAM authorisation init"
    PSAM_AUTHORISE = 0xCB, "PSAM授权", "PSAM authorise"
    BEACON_CHANGE = 0xCE, "信标ID设置", "beacon id"
    HEARTBEAT_ANSWER = 0xCF, "心跳应答", "heartbeat answer"
    TAG_POSITION = 0xD0, "标签位置", "tag position"
    TEST_FA = 0xFA, "测试", "test"
    TEST_FB = 0xFB, "测试", "test"
    TEST_FC = 0xFC, "测试", "test"


def command_words(dialect: Dialect, command: int) -> Words:
    """Name a command; unknown ones keep their number."""
    return label(SerialCommand if dialect.wire is Wire.SERIAL else TcpCommand, command)


def direction_of(command: int) -> Direction:
    """Tell by the command byte which way a frame goes: B0 to BF and D0 come from the reader."""
    return Direction.FROM_READER if command in _FROM_READER else Direction.TO_READER
