"""What a host orders a reader to do: each function returns the request of the reader's dialect."""

from __future__ import annotations

from typing import Final

from laneside.errors import CodecError
from laneside.rsu.codes import SerialStop, TacMode
from laneside.rsu.dialect import C6Form, Dialect, DialectName, InitForm, Trade
from laneside.rsu.fields import CAPP_PREFIX
from laneside.rsu.message import Message, file_name
from laneside.rsu.requests import (
    Authorisation,
    Continue,
    GantryInit,
    LaneInit,
    SerialDebit,
    SerialInit,
    SerialPsamAuthorise,
    SerialPsamInit,
    SerialTacRequest,
    Stop,
    TcpDebit,
    TcpPsamAuthorise,
    TcpPsamInit,
    TcpTacRequest,
)

_APDU_HEAD: Final = 5


def init(
    dialect: Dialect, *, unix_time_s: int, date_time: bytes, bst_interval: int, tx_power: int, pll_channel: int = 0
) -> Message:
    """Return C0: time, lane mode, radio, and which part of EF04 to read. ``date_time`` is seven BCD bytes."""
    if dialect.name is DialectName.SERIAL:
        return SerialInit(
            unix_time_s=unix_time_s,
            date_time=date_time,
            lane_mode=dialect.lane_mode,
            bst_interval=bst_interval,
            tx_power=tx_power,
            pll_channel=pll_channel,
            ef04_option=1,
            ef04_offset=dialect.ef04_offset,
            ef04_length=dialect.ef04_len,
        )
    if dialect.frame_set.init is InitForm.GANTRY:
        return GantryInit(
            unix_time_s=unix_time_s,
            date_time=date_time,
            lane_mode=dialect.lane_mode,
            bst_interval=bst_interval,
            tx_power=tx_power,
            pll_channel=pll_channel,
        )
    return LaneInit(
        unix_time_s=unix_time_s,
        date_time=date_time,
        lane_mode=dialect.lane_mode,
        wait_time_ms=bst_interval,
        tx_power=tx_power,
        pll_channel=pll_channel,
        ef04_offset=dialect.ef04_offset,
        ef04_length=dialect.ef04_len,
    )


def go_on(dialect: Dialect, obu_id: bytes, region: bytes) -> Message:
    """Return C1. ``region`` is the diversification factor, the first four issuer bytes twice."""
    with_factor = dialect.name is DialectName.TCP or dialect.frame_set.factor_in_c1
    return Continue(obu_id=obu_id, factor=region if with_factor else b"")


def search_again(obu_id: bytes) -> Message:
    """Return C2 type 1, which both dialects have: release this tag and search."""
    return Stop(obu_id=obu_id, stop_type=SerialStop.SEARCH_AGAIN)


def debit(  # noqa: PLR0913 - a debit is made of that many facts.
    dialect: Dialect,
    *,
    obu_id: bytes,
    region: bytes,
    trade: Trade,
    amount_fen: int,
    purchase_time: bytes,
    capp: bytes,
    ef04: bytes,
    second_part: bytes = b"",
) -> Message:
    """Return C6. ``capp`` is the whole 0019 (43 bytes), ``ef04`` the passage block to write (91 bytes).

    Raises CodecError for a trade that the dialect's form of C6 has no way to order.
    """
    if dialect.name is DialectName.SERIAL:
        return _serial_debit(dialect, obu_id, trade, amount_fen, purchase_time, capp, ef04)
    if dialect.c6_form is C6Form.BARE:
        if trade is not Trade.CARD:
            raise CodecError(file=file_name(0xC6), offset=0, reason="the bare form debits the card and nothing else")
        return TcpDebit(obu_id=obu_id, factor=region, amount_fen=amount_fen, purchase_time=purchase_time, capp=capp)
    message = TcpDebit(
        obu_id=obu_id,
        factor=region,
        trade_mode=dialect.trade_number(trade),
        amount_fen=amount_fen,
        purchase_time=purchase_time,
        capp=capp,
        ef04=ef04,
        second_part=second_part,
    )
    size = len(message.body(dialect))
    if size != dialect.c6_form:
        raise CodecError(file=file_name(0xC6), offset=size, reason=f"{size} bytes, this reader takes {dialect.c6_form}")
    return message


def _serial_debit(
    dialect: Dialect, obu_id: bytes, trade: Trade, amount_fen: int, purchase_time: bytes, capp: bytes, ef04: bytes
) -> Message:
    if capp[: len(CAPP_PREFIX)] != CAPP_PREFIX:
        raise CodecError(file=file_name(0xC6), offset=10, reason="0019 does not begin with AA2900, which C6 leaves out")
    written = b"" if trade is Trade.CARD else ef04
    return SerialDebit(
        obu_id=obu_id,
        trade_mode=dialect.trade_number(trade),
        amount_fen=amount_fen,
        capp_tail=capp[len(CAPP_PREFIX) :],
        purchase_time=purchase_time,
        ef04_offset=dialect.ef04_offset,
        ef04_length=len(written),
        ef04=written,
    )


def ask_tac(dialect: Dialect, obu_id: bytes, counter: int) -> Message:
    """Return C8, TAC only. ``counter`` is ICCPaySerial of the failed B5; the old dialect does not send it."""
    if dialect.name is DialectName.SERIAL:
        return SerialTacRequest(obu_id=obu_id, mode=TacMode.TAC_ONLY)
    return TcpTacRequest(obu_id=obu_id, counter=counter)


def begin_authorisation(dialect: Dialect, channel: int) -> Message:
    """Return CD or CA: ask for the PSAM's challenge. The new dialect asks all its PSAMs at once."""
    return SerialPsamInit(channel=channel) if dialect.name is DialectName.SERIAL else TcpPsamInit()


def authorise(dialect: Dialect, channel: int, apdu: bytes) -> Message:
    """Return CF or CB for the centre's 13-byte APDU; the old dialect carries its last eight bytes."""
    if dialect.name is DialectName.SERIAL:
        return SerialPsamAuthorise(channel=channel, cryptogram=apdu[_APDU_HEAD:])
    return TcpPsamAuthorise(psams=(Authorisation(channel=channel, apdu=apdu),))
