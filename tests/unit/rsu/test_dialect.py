"""What differs between the dialects: trade numbers, and the codes whose table the dialect decides."""

from msgspec.structs import replace

from laneside import rsu
from laneside.rsu import SERIAL, TCP, Trade


def test_trade_numbers_differ_between_the_dialects():
    numbers = {trade: (SERIAL.trade_number(trade), TCP.trade_number(trade)) for trade in Trade}
    assert numbers == {Trade.CARD: (0, 2), Trade.EF04: (1, 1), Trade.CARD_AND_EF04: (3, 0)}
    assert replace(SERIAL, lane_mode=3).trade_number(Trade.CARD_AND_EF04) == 2
    assert [SERIAL.trade_of(number) for number in range(5)] == [
        Trade.CARD,
        Trade.EF04,
        Trade.CARD_AND_EF04,
        Trade.CARD_AND_EF04,
        None,
    ]
    assert [TCP.trade_of(number) for number in range(4)] == [Trade.CARD_AND_EF04, Trade.EF04, Trade.CARD, None]


def labels(body, dialect):
    return {row.field: row.label.en for row in rsu.frame_rows(bytes.fromhex(body), dialect) if row.label}


def test_errors_by_dialect():
    assert labels("B501A2B3C416", SERIAL)["error"] == "purchase no reply"
    assert labels("B501A2B3C414", TCP)["error"] == "EF04 failed, debit ok"
    assert labels("B401A2B3C414", TCP)["error"] == "both failed"
    assert labels("B501A2B3C477", TCP)["error"] == "unknown 119"


def test_stops_by_family():
    gantry = rsu.dialect_of({"dialect": "tcp", "frame_set": {"init": "gantry"}})
    assert labels("C201A2B3C403", TCP)["stop_type"] == "triple beep"
    assert labels("C201A2B3C403", gantry)["stop_type"] == "freeze this tag"
    assert labels("C201A2B3C408", SERIAL)["stop_type"] == "event report (releases the tag)"


def test_device_type_and_tag_status():
    body = "B201A2B3C4000101" + "B8CACBE0620100010041620123010000000120230101" + "20330101" + "118300"
    swapped = rsu.dialect_of({"dialect": "tcp", "devtype_swap": True})
    assert labels(body, TCP)["device_type"] == "dual-chip"
    assert labels(body, swapped)["device_type"] == "single-chip"
    assert labels(body, TCP)["status"] == "no card, tampered or removed, battery low"
