"""What a host orders, decoded from the messages of either dialect (spec/rsu-frames.md 2.4, 3.4)."""

from __future__ import annotations

from laneside.codec.tag import PROVINCE_FEES_LENGTH, PROVINCE_FEES_OFFSET
from laneside.rsu import SERIAL, TCP, Trade
from laneside.rsu.codes import AmountsWrite, LaneMode, SerialTrade, TacMode
from laneside.rsu.requests import (
    GantryInit,
    LaneInit,
    SerialAmountsRequest,
    SerialDebit,
    SerialPsamAuthorise,
    SerialTacRequest,
    TcpAmountsRequest,
)
from laneside.virtual.integrated.request_decoding import amounts_of, authorisations_of, init_of, order_of, tac_of

OBU = bytes.fromhex("3A620101")
REGION = bytes.fromhex("B8CACBE0B8CACBE0")
AT = bytes.fromhex("20260304130607")
LANE_INIT = LaneInit(
    unix_time_s=1, date_time=AT, lane_mode=LaneMode.ENTRY, wait_time_ms=10, tx_power=31, pll_channel=0, ef04_option=0,
    ef04_offset=314, ef04_length=91,
)  # fmt: skip


def serial_debit(**changes) -> SerialDebit:
    fields = {
        "obu_id": OBU, "trade_mode": SerialTrade.CARD, "amount_fen": 1045, "capp_tail": b"\x01" * 40,
        "purchase_time": AT, "ef04_offset": 319, "ef04_length": 2, "ef04": b"\xab\xcd",
    }  # fmt: skip
    return SerialDebit(**(fields | changes))


def test_a_lanes_init_names_the_part_of_ef04_and_a_gantrys_takes_the_dialects() -> None:
    lane = init_of(TCP, LANE_INIT)
    assert (lane.ef04_wanted, lane.ef04_offset, lane.ef04_length) == (False, 314, 91)
    gantry = GantryInit(unix_time_s=1, date_time=AT, lane_mode=0, bst_interval=10, tx_power=31, pll_channel=0)
    assert (init_of(TCP, gantry).ef04_wanted, init_of(TCP, gantry).ef04_length) == (True, TCP.ef04_len)


def test_a_debit_of_the_old_dialect_gets_its_prefix_its_factor_and_its_piece_of_ef04() -> None:
    order = order_of(SERIAL, init_of(TCP, LANE_INIT), serial_debit(), REGION)
    assert order is not None
    assert (order.trade, order.amount_fen, order.factor) == (Trade.CARD, 1045, REGION)
    assert order.capp == bytes.fromhex("AA2900") + b"\x01" * 40
    assert (order.ef04, order.ef04_first) == (((319, b"\xab\xcd"),), True)


def test_a_trade_that_the_dialect_lacks_is_no_order() -> None:
    assert order_of(SERIAL, init_of(TCP, LANE_INIT), serial_debit(trade_mode=99), REGION) is None


def test_c8_writes_ef04_only_in_its_second_mode() -> None:
    asked = SerialTacRequest(obu_id=OBU, mode=TacMode.TAC_ONLY, ef04_offset=319, ef04_length=1, ef04=b"\x01")
    both = SerialTacRequest(obu_id=OBU, mode=TacMode.TAC_AND_EF04, ef04_offset=319, ef04_length=1, ef04=b"\x01")
    assert (tac_of(asked).write, tac_of(both).write) == ((), ((319, b"\x01"),))


def test_the_amounts_are_cleared_always_by_the_old_dialect_and_as_asked_by_the_new_one() -> None:
    old = amounts_of(SerialAmountsRequest(obu_id=OBU, ef04_offset=405, ef04_length=80))
    assert old.write == ((PROVINCE_FEES_OFFSET, bytes(PROVINCE_FEES_LENGTH)),)
    clear = TcpAmountsRequest(
        obu_id=OBU, read_mode=0, read_offset=405, read_length=80, write_mode=AmountsWrite.CLEAR, write_offset=405,
        write_length=4,
    )  # fmt: skip
    assert (amounts_of(clear).read_length, amounts_of(clear).write) == (0, ((405, bytes(4)),))


def test_the_old_dialect_leaves_out_the_apdus_head() -> None:
    message = SerialPsamAuthorise(channel=1, cryptogram=bytes.fromhex("11A8F17B1A378D36"))
    assert authorisations_of(message) == ((1, bytes.fromhex("0082004108" + "11A8F17B1A378D36")),)
