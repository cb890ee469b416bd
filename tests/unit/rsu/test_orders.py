"""What a host orders, byte by byte in both dialects."""

import pytest
from msgspec.structs import replace

from laneside import rsu
from laneside.errors import CodecError
from laneside.rsu import SERIAL, TCP, Trade, orders

OBU = bytes.fromhex("01A2B3C4")
TIME = bytes.fromhex("20240506143015")
REGION = bytes.fromhex("B8CACBE0B8CACBE0")
CAPP = bytes.fromhex(
    "AA29006201 0A0B11663878F7010600000000000000B8CA4131323334350000000000000000 00FF000004E2".replace(" ", "")
)
BLOCK = bytes(range(91))


def debit(dialect, trade=Trade.CARD_AND_EF04, **other):
    return orders.debit(
        dialect,
        obu_id=OBU,
        region=REGION,
        trade=trade,
        amount_fen=1250,
        purchase_time=TIME,
        capp=CAPP,
        ef04=BLOCK,
        **other,
    )


def test_a_debit_in_the_old_dialect():
    body = debit(SERIAL).body(SERIAL)
    assert body[:10].hex().upper() == "C601A2B3C403000004E2"
    assert body[10:50] == CAPP[3:]
    assert body[50:].hex().upper() == "20240506143015" + "013A005B" + BLOCK.hex().upper()
    assert debit(SERIAL, Trade.CARD).body(SERIAL)[-4:] == bytes.fromhex("013A0000")


def test_a_debit_in_the_new_dialect():
    body = debit(TCP).body(TCP)
    assert len(body) == 159
    assert body[:18].hex().upper() == "C601A2B3C4B8CACBE0B8CACBE000000004E2"
    assert body[18:] == TIME + CAPP + BLOCK


def test_the_form_of_c6_is_held():
    bare = replace(TCP, c6_form=rsu.C6Form.BARE)
    assert len(debit(bare, Trade.CARD).body(bare)) == 67
    with pytest.raises(CodecError, match="nothing else"):
        debit(bare)
    longer = replace(TCP, c6_form=rsu.C6Form.SECOND_PART_15)
    assert len(debit(longer, second_part=bytes(15)).body(longer)) == 174
    with pytest.raises(CodecError, match="this reader takes 174"):
        debit(longer)


def test_a_card_without_its_prefix_is_not_sent_over_the_old_dialect():
    with pytest.raises(CodecError, match="AA2900"):
        orders.debit(
            SERIAL,
            obu_id=OBU,
            region=REGION,
            trade=Trade.CARD,
            amount_fen=0,
            purchase_time=TIME,
            capp=bytes(43),
            ef04=b"",
        )


@pytest.mark.parametrize(
    ("settings", "serial", "tcp"),
    [
        ({}, "C101A2B3C4", "C101A2B3C4B8CACBE0B8CACBE0"),
        ({"frame_set": {"factor_in_c1": True}}, "C101A2B3C4B8CACBE0B8CACBE0", "C101A2B3C4B8CACBE0B8CACBE0"),
    ],
)
def test_going_on(settings, serial, tcp):
    for name, expected in (("serial", serial), ("tcp", tcp)):
        dialect = rsu.dialect_of({"dialect": name, **settings})
        assert orders.go_on(dialect, OBU, REGION).body(dialect).hex().upper() == expected


def test_the_others():
    apdu = bytes.fromhex("008200410811A8F17B1A378D36")
    said = {
        "tac": (orders.ask_tac, (OBU, 0x0123), "C801A2B3C40000000000", "C801A2B3C4012300"),
        "challenge": (orders.begin_authorisation, (1,), "CD01", "CA"),
        "authorise": (orders.authorise, (1, apdu), "CF0111A8F17B1A378D36", "CB0100" + apdu.hex().upper()),
    }
    for order, arguments, serial, tcp in said.values():
        assert order(SERIAL, *arguments).body(SERIAL).hex().upper() == serial
        assert order(TCP, *arguments).body(TCP).hex().upper() == tcp
    assert orders.search_again(OBU).body(TCP).hex().upper() == "C201A2B3C401"


def test_init():
    radio = {"unix_time_s": 0x663878F7, "date_time": TIME, "bst_interval": 10, "tx_power": 22}
    clock = "C0663878F720240506143015"
    gantry = rsu.dialect_of({"dialect": "tcp", "frame_set": {"init": "gantry"}})
    expected = {
        SERIAL: "060A160001013A005B",
        TCP: "040A16000901013A005B000000",
        gantry: "040A160001000000",
    }
    for dialect, tail in expected.items():
        assert orders.init(dialect, **radio).body(dialect).hex().upper() == clock + tail
