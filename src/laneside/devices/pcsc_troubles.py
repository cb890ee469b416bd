"""What can go wrong between terminal, PC/SC service, reader and chip: one cause each, in words, with what to do."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import Final

import msgspec

from laneside.errors import LinkLostError, NothingPresentedError
from laneside.vocab.words import Words


class PcscCause(Enum):
    """A cause: what is said of it, and what to do next, in both languages."""

    NO_LIBRARY = (
        ("未安装PC/SC组件", "the PC/SC part is not installed"),
        ("安装可选组件 pcsc（pyscard）后重启终端", "install the extra 'pcsc' (pyscard) and start the terminal again"),
    )
    NO_SERVICE = (
        ("PC/SC服务未运行", "the PC/SC service does not run"),
        ("启动 pcscd 服务；仍不行的重启设备", "start the service pcscd; if that does not help restart the device"),
    )
    NOT_PERMITTED = (
        ("没有使用读卡器的权限", "this user may not use the readers"),
        ("由管理员为终端用户授权访问pcscd", "let an administrator allow the terminal's user to use pcscd"),
    )
    NO_READER = (
        ("找不到读卡器", "there is no such reader"),
        ("检查读卡器连接和设置中的读卡器名称", "check the reader's plug and the name in the settings"),
    )
    AMBIGUOUS_READER = (
        ("读卡器名称对应多个设备", "the name fits several readers"),
        ("在设置中填写更完整的读卡器名称", "write more of the reader's name into the settings"),
    )
    NO_CHIP = (
        ("未插卡", "no card in the reader"),
        ("插入卡片", "insert the card"),
    )
    MUTE_CHIP = (
        ("卡片无应答", "the card does not answer its reset"),
        ("检查卡片方向并擦净触点后重新插入", "turn the card the right way, wipe its contacts, insert it again"),
    )
    REMOVED = (
        ("卡片已被拔出", "the card was pulled"),
        ("重新插入同一张卡", "insert the same card again"),
    )
    RESET = (
        ("卡片被复位", "the card was reset by somebody else"),
        ("关闭其他使用读卡器的程序后重试", "close other programs that use the reader and try again"),
    )
    IN_USE = (
        ("读卡器被其他程序占用", "another program holds the reader"),
        (
            "关闭该程序；用户卡与PSAM的读卡器不能设成同一个",
            "close that program; card and PSAM need readers of their own",
        ),
    )
    PROTOCOL = (
        ("卡片协议不符", "card and reader have no protocol in common"),
        ("换一张卡或换读卡器", "try another card or another reader"),
    )
    NO_ANSWER = (
        ("卡片通信失败", "the exchange with the card failed"),
        ("保持卡片插好，重新读卡", "keep the card in place and read again"),
    )
    HUNG = (
        ("读卡器超时无应答", "the reader does not answer in time"),
        ("拔插读卡器后重试", "unplug the reader, plug it in and try again"),
    )
    WORKER_LOST = (
        ("读卡进程意外退出", "the reader's process ended unexpectedly"),
        ("重试；反复出现的重启终端", "try again; if it comes back restart the terminal"),
    )
    OTHER = (
        ("读卡器故障", "the reader failed"),
        ("拔插读卡器后重试", "unplug the reader, plug it in and try again"),
    )

    @property
    def text(self) -> Words:
        """What happened."""
        return Words(zh=self.value[0][0], en=self.value[0][1])

    @property
    def remedy(self) -> Words:
        """What to do next."""
        return Words(zh=self.value[1][0], en=self.value[1][1])


# The codes of pcsclite.h and winscard.h, which agree in these.
_CAUSES: Final = MappingProxyType(
    {
        0x80100003: PcscCause.NO_SERVICE,  # SCARD_E_INVALID_HANDLE: the service was restarted meanwhile
        0x80100009: PcscCause.NO_READER,  # SCARD_E_UNKNOWN_READER
        0x8010000A: PcscCause.HUNG,  # SCARD_E_TIMEOUT
        0x8010000B: PcscCause.IN_USE,  # SCARD_E_SHARING_VIOLATION
        0x8010000C: PcscCause.NO_CHIP,  # SCARD_E_NO_SMARTCARD
        0x8010000F: PcscCause.PROTOCOL,  # SCARD_E_PROTO_MISMATCH
        0x80100013: PcscCause.NO_SERVICE,  # SCARD_F_COMM_ERROR
        0x80100016: PcscCause.NO_ANSWER,  # SCARD_E_NOT_TRANSACTED
        0x80100017: PcscCause.NO_READER,  # SCARD_E_READER_UNAVAILABLE
        0x8010001D: PcscCause.NO_SERVICE,  # SCARD_E_NO_SERVICE
        0x8010001E: PcscCause.NO_SERVICE,  # SCARD_E_SERVICE_STOPPED
        0x8010002E: PcscCause.NO_READER,  # SCARD_E_NO_READERS_AVAILABLE
        0x8010002F: PcscCause.NO_ANSWER,  # SCARD_E_COMM_DATA_LOST
        0x80100065: PcscCause.MUTE_CHIP,  # SCARD_W_UNSUPPORTED_CARD
        0x80100066: PcscCause.MUTE_CHIP,  # SCARD_W_UNRESPONSIVE_CARD
        0x80100067: PcscCause.MUTE_CHIP,  # SCARD_W_UNPOWERED_CARD
        0x80100068: PcscCause.RESET,  # SCARD_W_RESET_CARD
        0x80100069: PcscCause.REMOVED,  # SCARD_W_REMOVED_CARD
        0x8010006A: PcscCause.NOT_PERMITTED,  # SCARD_W_SECURITY_VIOLATION
    },
)

_NOTHING_THERE: Final = frozenset({PcscCause.NO_CHIP, PcscCause.MUTE_CHIP, PcscCause.REMOVED})


def cause_of(code: int) -> PcscCause:
    """Return the cause that a PC/SC error code means."""
    return _CAUSES.get(code, PcscCause.OTHER)


class PcscTrouble(msgspec.Struct, frozen=True, kw_only=True):
    """One trouble: its cause, where it was met (``card`` or ``psam`` and the reader), the PC/SC code or 0, a detail."""

    cause: PcscCause
    where: str
    code: int = 0
    detail: str = ""

    def __str__(self) -> str:
        number = f" ({self.code:08X})" if self.code else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.where}: {self.cause.text.en}{number}{detail}"

    def at_opening(self) -> PcscError | NoChipError:
        """Make the exception for a chip that could not be powered: an empty slot is no fault of the link."""
        return NoChipError(self) if self.cause in _NOTHING_THERE else PcscError(self)


class PcscError(LinkLostError):
    """No answer came over PC/SC; ``trouble`` says why and what to do."""

    def __init__(self, trouble: PcscTrouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class NoChipError(NothingPresentedError):
    """There is no chip in the reader that answers; ``trouble`` says which and what to do."""

    def __init__(self, trouble: PcscTrouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble
