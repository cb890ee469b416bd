"""Code tables of the reader protocol (spec/rsu-frames.md 2 and 3); all numbers hexadecimal as there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from laneside.vocab.words import Coded

_OK: Final = (0x00, "成功", "ok")


class SerialTagError(Coded):
    """B2, old dialect: the heartbeat is a B2 of no tag with this code (2.1)."""

    OK = _OK
    HEARTBEAT = 0x80, "心跳", "heartbeat"


class SerialVehicleError(Coded):
    """B3, old dialect (2.4)."""

    OK = _OK
    NO_REPLY = 0x04, "DSRC无应答", "no DSRC reply"
    NOT_DECRYPTED = 0x06, "车辆信息解密失败", "vehicle information not decrypted"
    PSAM_NOT_AUTHORISED = 0x2E, "PSAM未授权", "PSAM not authorised"


class SerialCardError(Coded):
    """B4, old dialect (2.4)."""

    OK = _OK
    NO_REPLY = 0x08, "DSRC无应答", "no DSRC reply"
    CAPP_FAILED = 0x09, "读0019失败", "0019 read failed"
    EF04_NO_REPLY = 0x20, "EF04无应答", "EF04 no reply"
    EF04_FAILED = 0x21, "读EF04失败", "EF04 failed"


class SerialDebitError(Coded):
    """B5, old dialect (2.4)."""

    OK = _OK
    INIT_NO_REPLY = 0x10, "消费初始化无应答", "init-purchase no reply"
    INIT_FAILED = 0x11, "消费初始化失败", "init-purchase failed"
    MAC1_FAILED = 0x13, "取MAC1失败", "MAC1 failed"
    PURCHASE_NO_REPLY = 0x16, "消费无应答", "purchase no reply"
    PURCHASE_FAILED = 0x17, "消费状态字非9000", "purchase status word not 9000"
    MAC2_FAILED = 0x19, "MAC2校验失败", "MAC2 failed"
    EF04_NO_REPLY = 0x22, "写EF04无应答", "EF04 no reply"
    EF04_FAILED = 0x23, "写EF04失败", "EF04 failed"
    TAC_NO_REPLY = 0x35, "取TAC无应答", "TAC no reply"
    TAC_FAILED = 0x36, "取TAC失败", "TAC fetch failed"


class SerialAmountsError(Coded):
    """B9, old dialect (2.4)."""

    OK = _OK
    NO_REPLY = 0x08, "DSRC无应答", "no DSRC reply"
    EF04_FAILED = 0x23, "清除或读取EF04失败", "clear or read of EF04 failed"


class SerialPsamError(Coded):
    """BD and BF, old dialect (2.4)."""

    OK = _OK
    INIT_FAILED = 0x01, "PSAM指令失败", "PSAM command failed"
    AUTHORISATION_FAILED = 0x02, "PSAM指令失败", "PSAM command failed"


class TcpCardError(Coded):
    """B4, new dialect (3.4)."""

    OK = _OK
    NO_REPLY = 0x01, "DSRC无应答", "no DSRC reply"
    DECODE = 0x02, "解码失败", "decode failed"
    ANTENNA = 0x03, "天线故障", "antenna"
    DECRYPT = 0x05, "解密失败", "decrypt failed"
    CHECK_CODE = 0x06, "车辆文件校验码不符", "check code of the vehicle file differs"
    NO_CARD = 0x11, "无卡，EF04成功", "no card, EF04 ok"
    NO_CARD_EF04_FAILED = 0x12, "无卡，EF04失败", "no card, EF04 failed"
    EF04_FAILED = 0x13, "读卡成功，EF04失败", "card ok, EF04 failed"
    BOTH_FAILED = 0x14, "读卡和EF04均失败", "both failed"
    CARD_FAILED = 0x15, "读卡失败，EF04成功", "card failed, EF04 ok"


class TcpDebitError(Coded):
    """B5, new dialect (3.4)."""

    OK = _OK
    NO_REPLY = 0x01, "DSRC无应答，判断是否重取TAC", "no DSRC reply: decide whether to fetch the TAC again"
    MAC1_FAILED = 0x06, "MAC1失败", "MAC1 failed"
    MAC2_FAILED = 0x07, "MAC2失败", "MAC2 failed"
    EF04_FAILED = 0x10, "EF04失败", "EF04 failed"
    DEBIT_FAILED = 0x11, "扣费失败", "debit failed"
    DEBIT_FAILED_EF04_OK = 0x12, "EF04成功，扣费失败", "EF04 ok, debit failed"
    BOTH_FAILED = 0x13, "EF04和扣费均失败", "both failed"
    EF04_FAILED_DEBIT_OK = 0x14, "EF04失败，扣费成功", "EF04 failed, debit ok"


class TcpTacError(Coded):
    """B8, new dialect (3.4). 04 and 05 are other combinations, not told apart there."""

    OK = _OK
    TAC_FAILED = 0x03, "EF04成功，取TAC失败", "EF04 ok, TAC failed"
    OTHER_4 = 0x04, "其他组合4", "other combination 4"
    OTHER_5 = 0x05, "其他组合5", "other combination 5"


class TcpPsamError(Coded):
    """BA and BB, new dialect (3.4)."""

    OK = _OK
    FAILED = 0x01, "初始化或在线授权失败", "init or online authorisation failed"


class SerialReaderStatus(Coded):
    """B0, old dialect (2.3)."""

    OK = 0, "正常", "ok"
    PSAM_RESET_FAILED = 1, "PSAM复位失败", "PSAM reset failed"
    PSAM_READ_FAILED = 3, "PSAM读取失败", "PSAM read failed"


class TcpReaderStatus(Coded):
    """B0, new dialect (3.3)."""

    OK = 0, "正常", "ok"
    PSAM_RESET = 1, "PSAM复位异常", "PSAM reset"
    ANTENNA_FAULT = 2, "天线异常", "antenna fault"
    CONTROLLER_INIT = 3, "控制器初始化异常", "controller init"


class LaneMode(Coded):
    """LaneMode of C0; the new dialect has 3 and 4 only (2.2, 3.2)."""

    ENTRY = 3, "ETC入口", "ETC entry"
    EXIT = 4, "ETC出口", "ETC exit"
    OPEN = 6, "ETC开放式", "ETC open"
    MARKER = 7, "标识站", "marker"
    PROVINCE = 8, "省界站", "province station"


class SerialStop(Coded):
    """StopType of C2, old dialect (2.2)."""

    SEARCH_AGAIN = 1, "重新搜索", "search again"
    RECEIVED = 7, "上位机已接收", "host received"
    EVENT_REPORT = 8, "事件报告，释放标签", "event report (releases the tag)"
    INTERNAL_INIT = 9, "内部初始化标志", "internal init flag"


class GantryStop(Coded):
    """Type of C2, new dialect at a gantry (3.2)."""

    RESTART = 1, "重新搜索", "restart"
    RESEND = 2, "重发上一帧", "resend last"
    FREEZE = 3, "冻结该标签", "freeze this tag"


class RampStop(Coded):
    """Type of C2, new dialect at a ramp lane (3.2)."""

    RESTART = 1, "重新搜索", "restart"
    RESEND = 2, "重发上一帧", "resend last"
    TRIPLE_BEEP = 3, "三声鸣响", "triple beep"
    SPECIAL_VOICE = 4, "特殊语音", "special voice"


class SerialTrade(Coded):
    """TradeMode of C6, old dialect (2.2). Trap: the new dialect's numbers mean other things (TcpTrade)."""

    CARD = 0, "仅卡", "card only"
    EF04 = 1, "仅EF04", "EF04 only"
    EF04_THEN_CARD = 2, "先EF04后卡", "EF04, then card"
    CARD_THEN_EF04 = 3, "先卡后EF04", "card purchase, then EF04"


class TcpTrade(Coded):
    """OBUTradeType of C6, new dialect (3.2). Trap: 0 debits the card and writes EF04, in SerialTrade it debits only."""

    EF04_AND_CARD = 0, "EF04和卡", "EF04 + card"
    EF04 = 1, "仅EF04", "EF04 only"
    CARD = 2, "仅卡", "card only"


class AntennaState(Coded):
    """4C and C4."""

    OFF = 0, "关闭", "off"
    ON = 1, "打开", "on"


class TacMode(Coded):
    """OptMode and EF04CmdType of C8."""

    TAC_ONLY = 0, "仅取TAC", "TAC only"
    TAC_AND_EF04 = 1, "取TAC并写EF04", "TAC, then write EF04"


class AmountsWrite(Coded):
    """WriteMode of C9, new dialect."""

    NONE = 0, "不写", "none"
    UPDATE = 1, "更新", "update"
    CLEAR = 2, "清零", "clear with zeros"


class BeaconChangeMode(Coded):
    """CE."""

    STOP = 0, "停止变化", "stop changing"
    EVERY_INTERVAL = 1, "按间隔变化", "change every interval"
    ONCE = 2, "变化一次", "change once"


class DeviceType(Coded):
    """DeviceType of B2 (3.3); one make swaps 1 and 2 (spec/unknowns.md 24)."""

    DUAL_CHIP = 1, "双片式", "dual-chip"
    SINGLE_CHIP = 2, "单片式", "single-chip"
    CPC = 3, "CPC卡", "CPC"


class CardAlgorithm(Coded):
    """KeyType and AlgFlag of B5."""

    TDES = 0x00, "3DES", "3DES"
    SM4 = 0x04, "SM4", "SM4"


SERIAL_ERRORS: Final[Mapping[int, type[Coded]]] = {
    0xB2: SerialTagError,
    0xB3: SerialVehicleError,
    0xB4: SerialCardError,
    0xB5: SerialDebitError,
    0xB8: SerialDebitError,
    0xB9: SerialAmountsError,
    0xBD: SerialPsamError,
    0xBF: SerialPsamError,
}
TCP_ERRORS: Final[Mapping[int, type[Coded]]] = {
    0xB4: TcpCardError,
    0xB5: TcpDebitError,
    0xB8: TcpTacError,
    0xBA: TcpPsamError,
    0xBB: TcpPsamError,
}
