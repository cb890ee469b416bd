"""The commands of both dialects: name, direction, message; and how the body of a frame is read.

Names and numbers are those of spec/rsu-frames.md 2.2, 2.3, 3.2 and 3.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from laneside.errors import CodecError
from laneside.rsu import replies, requests
from laneside.rsu.dialect import Dialect, DialectName, Direction, InitForm
from laneside.rsu.message import Message, Opaque, ShortReply, file_name
from laneside.vocab.words import Words, unknown

HEARTBEAT: Final = 0xB1
_ANTENNA_COMMANDS: Final = (0x4C, 0xC4)
_FROM_READER: Final = frozenset(range(0xB0, 0xC0)) | {0xD0}


class _Command(NamedTuple):
    """What a command byte is; a command without a message is Opaque."""

    zh: str
    en: str
    message: type[Message] | None = None


_SERIAL: Final[Mapping[int, _Command]] = {
    0x4C: _Command("天线开关", "antenna switch", requests.Antenna),
    0xAB: _Command("信标ID模式", "beacon id mode", requests.BeaconMode),
    0xB0: _Command("设备状态", "status", replies.SerialStatus),
    0xB2: _Command("标签信息", "tag", replies.SerialTag),
    0xB3: _Command("车辆信息", "vehicle", replies.Vehicle),
    0xB4: _Command("卡片信息", "card", replies.SerialCard),
    0xB5: _Command("交易结果", "result", replies.SerialDebitResult),
    0xB8: _Command("重取TAC结果", "TAC result", replies.SerialTacResult),
    0xB9: _Command("分省金额", "amounts per province", replies.SerialAmounts),
    0xBD: _Command("PSAM授权初始化结果", "PSAM authorisation init result", replies.SerialPsamChallenge),
    0xBF: _Command("PSAM授权结果", "PSAM authorisation result", replies.SerialPsamResult),
    0xC0: _Command("初始化", "init", requests.SerialInit),
    0xC1: _Command("继续交易", "continue", requests.Continue),
    0xC2: _Command("停止交易", "stop", requests.Stop),
    0xC3: _Command("写入口", "write entry", requests.WriteEntry),
    0xC4: _Command("天线开关", "antenna switch", requests.Antenna),
    0xC6: _Command("扣费", "purchase", requests.SerialDebit),
    0xC8: _Command("重取TAC", "get TAC again", requests.SerialTacRequest),
    0xC9: _Command("读取并清除分省金额", "read / clear amounts per province", requests.SerialAmountsRequest),
    0xCD: _Command("PSAM授权初始化", "PSAM authorisation init", requests.SerialPsamInit),
    0xCF: _Command("PSAM授权", "PSAM authorisation", requests.SerialPsamAuthorise),
    0xD1: _Command("立即发送BST", "send BST now", requests.SendBst),
    0xD2: _Command("事件报告", "event report"),
    0xD8: _Command("设置参数", "set parameters"),
    0xD9: _Command("读取参数", "read parameters"),
}
_TCP: Final[Mapping[int, _Command]] = {
    0xB0: _Command("设备状态", "status", replies.TcpStatus),
    HEARTBEAT: _Command("心跳", "heartbeat"),
    0xB2: _Command("标签信息", "tag", replies.TcpTag),
    0xB3: _Command("车辆信息", "vehicle", replies.Vehicle),
    0xB4: _Command("卡片信息", "card", replies.TcpCard),
    0xB5: _Command("交易结果", "result", replies.TcpDebitResult),
    0xB7: _Command("CPC卡结果", "CPC result"),
    0xB8: _Command("重取TAC结果", "TAC result", replies.TcpTacResult),
    0xB9: _Command("分省金额", "amounts per province", replies.TcpAmounts),
    0xBA: _Command("PSAM授权初始化结果", "PSAM authorisation init result", replies.TcpPsamChallenges),
    0xBB: _Command("PSAM授权结果", "PSAM authorisation result", replies.TcpPsamResult),
    0xBE: _Command("信标ID设置结果", "beacon id set result"),
    0xC0: _Command("初始化", "init", requests.LaneInit),
    0xC1: _Command("继续交易", "continue", requests.Continue),
    0xC2: _Command("停止交易", "stop", requests.Stop),
    0xC3: _Command("写入口", "write entry", requests.WriteEntry),
    0xC4: _Command("天线开关", "antenna", requests.Antenna),
    0xC6: _Command("扣费", "debit", requests.TcpDebit),
    0xC7: _Command("CPC卡通行信息更新", "CPC passage update"),
    0xC8: _Command("重取TAC", "get TAC again", requests.TcpTacRequest),
    0xC9: _Command("读取并清除分省金额", "read / clear amounts per province", requests.TcpAmountsRequest),
    0xCA: _Command("PSAM授权初始化", "PSAM authorisation init", requests.TcpPsamInit),
    0xCB: _Command("PSAM授权", "PSAM authorise", requests.TcpPsamAuthorise),
    0xCE: _Command("信标ID设置", "beacon id", requests.BeaconChange),
    0xCF: _Command("心跳应答", "heartbeat answer", requests.HeartbeatAnswer),
    0xD0: _Command("标签位置", "tag position", replies.TagPosition),
    0xFA: _Command("测试", "test"),
    0xFB: _Command("测试", "test"),
    0xFC: _Command("测试", "test"),
}
_COMMANDS: Final = {DialectName.SERIAL: _SERIAL, DialectName.TCP: _TCP}

_WITHOUT_LAYOUT: Final = {(DialectName.TCP, 0xB4): (64, 161, 183), (DialectName.TCP, 0xB5): (20,)}
"""Sizes with the command byte that were seen (spec/rsu-frames.md 3.2) and for which no layout is known."""

_SHORT: Final = {
    DialectName.SERIAL: {0xB2: 5, 0xB3: 5, 0xB4: 5, 0xB5: 5, 0xB8: 5, 0xBD: 1, 0xBF: 1},
    DialectName.TCP: {0xB2: 5, 0xB3: 5, 0xB4: 5, 0xB5: 5, 0xB8: 5, 0xB9: 5},
}
"""Data sizes of frames that end after their error code."""


def command_words(dialect: Dialect, command: int) -> Words:
    """Return the name of a command; unknown ones keep their number."""
    known = _COMMANDS[dialect.name].get(command)
    return unknown(command) if known is None else Words(zh=known.zh, en=known.en)


def direction_of(command: int) -> Direction:
    """Return which way a frame goes: B0 to BF and D0 come from the reader."""
    return Direction.FROM_READER if command in _FROM_READER else Direction.TO_READER


@lru_cache(16)  # one reader has one dialect
def kinds(dialect: Dialect, direction: Direction) -> Mapping[int, type[Message]]:
    """Return the messages that this dialect has in this direction, by command byte."""
    found = {
        command: each.message
        for command, each in _COMMANDS[dialect.name].items()
        if each.message is not None and direction_of(command) is direction and _has(dialect, command)
    }
    if direction is Direction.TO_READER:
        found[dialect.antenna_command] = requests.Antenna
        if dialect.name is DialectName.TCP and dialect.frame_set.init is InitForm.GANTRY:
            found[0xC0] = requests.GantryInit
    return found


def _has(dialect: Dialect, command: int) -> bool:
    """Return whether a reader has a command that not all of them have."""
    match command:
        case 0xB8 | 0xC8:
            return dialect.frame_set.tac_again
        case 0xB9 | 0xC9:
            return dialect.frame_set.amounts
        case _:
            return command not in _ANTENNA_COMMANDS or command == dialect.antenna_command


def parse(dialect: Dialect, direction: Direction, body: bytes) -> Message:
    """Read the body of a frame: command byte and fields.

    A command without a layout becomes Opaque, a frame that ends after its error code ShortReply. Raises CodecError
    naming the command and the offset in the body.
    """
    if not body:
        raise CodecError(file="rsu", offset=0, reason="no command byte")
    command, data = body[0], bytes(body[1:])
    kind = kinds(dialect, direction).get(command)
    if kind is None or len(body) in _WITHOUT_LAYOUT.get((dialect.name, command), ()):
        return Opaque(number=command, data=data)
    if direction is Direction.FROM_READER and len(data) == _SHORT[dialect.name].get(command) and data[-1] != 0:
        return ShortReply(number=command, obu_id=data[:-1], error=data[-1])
    try:
        return kind.read(dialect, data)
    except CodecError as error:
        raise CodecError(file=file_name(command), offset=error.offset + 1, reason=error.reason) from None


def is_heartbeat(message: Message) -> bool:
    """Return whether a message is only a heartbeat: B1, or in the old dialect a B2 of no tag with error 80."""
    match message:
        case Opaque(number=number):
            return number == HEARTBEAT
        case ShortReply(number=0xB2, obu_id=obu_id, error=0x80) | replies.SerialTag(obu_id=obu_id, error=0x80):
            return not any(obu_id)
        case _:
            return False
