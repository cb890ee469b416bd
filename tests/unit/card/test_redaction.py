"""What may be written down of an exchange, byte by byte."""

from __future__ import annotations

import pytest
from bench import issue_info
from hypothesis import given
from hypothesis import strategies as st

from laneside.card.apdu import Device
from laneside.card.redaction import Redacted, Redactor, Secrets

NUMBER = "2219230200000001"
CARD_0015 = issue_info(sm4=True).hex().upper()
HIDDEN_0015 = CARD_0015.replace(NUMBER, "************0001")


def written(device: Device, *exchanges: tuple[str, str]) -> list[Redacted]:
    redactor = Redactor(device, Secrets())
    return [redactor.write(bytes.fromhex(sent), bytes.fromhex(received)) for sent, received in exchanges]


TABLE = [
    (Device.CARD, "00A4000002 1001", "6F04 84021001 9000", "SELECT 1001", "00A40000 02 1001", "[6]"),
    (Device.CARD, "00A4040007 A0000003330101", "6A82", "SELECT by name", "00A40400 07 A0000003330101", ""),
    (Device.CARD, "00B0950032", CARD_0015 + "9000", "read 0015", "00B09500 32", HIDDEN_0015),
    (Device.CARD, "00B0950C08", NUMBER + "9000", "read 0015", "00B0950C 08", "************0001"),
    (Device.CARD, "00B0960037", "11" * 55 + "9000", "read a file", "00B09600 37", "[55]"),
    (Device.CARD, "00B2010C00", "22" * 20 + "9000", "read a record", "00B2010C 00", "[20]"),
    (Device.CARD, "805C000204", "0000C350 9000", "balance", "805C0002 04", "0000C350"),
    (Device.CARD, "805C000204", "C350 9000", "balance", "805C0002 04", "[2]"),
    (
        Device.CARD, "805401000F 0000ABCD 20240506143015 DF03B304 08", "079F3D94FA87A5EE 9000", "8054 debit",
        "80540100 0F 0000ABCD20240506143015******** 08", "[8]",
    ),
    (Device.CARD, "805A000902 0124 08", "FA87A5EE079F3D94 9000", "805A prove", "805A0009 02 0124 08", "[8]"),
    (Device.CARD, "04D6960037 1122", "6D00", "command", "04D69600 37 [2]", ""),
    (Device.CARD, "00", "6700", "command", "00", ""),
    (
        Device.PSAM, f"8070000024 1A2B3C4D 0123 000004E2 09 20240506 143015 01 00 {NUMBER} B8CACBE0B8CACBE0 08",
        "0000ABCD DF03B304 9000", "8070 PSAM initialise",
        "80700000 24 1A2B3C4D0123000004E209202405061430150100************0001B8CACBE0B8CACBE0 08", "0000ABCD********",
    ),
    (Device.PSAM, "8072000004 FA87A5EE", "9000", "8072 PSAM verify", "80720000 04 [4]", ""),
    (Device.PSAM, "0082004108 11A8F17B1A378D36", "9000", "PSAM authorise", "00820041 08 [8]", ""),
    (Device.PSAM, "0084000008", "0102030405060708 9000", "challenge", "00840000 08", "0102030405060708"),
    (Device.PSAM, "80FA800010" + "11" * 16, "22" * 16 + "9000", "PSAM decrypt", "80FA8000 10 [16]", "[16]"),
    (
        Device.PSAM, f"801A480110 {NUMBER} B8CACBE0B8CACBE0", "9000", "PSAM derive key",
        "801A4801 10 ************0001B8CACBE0B8CACBE0", "",
    ),
    (Device.PSAM, "00B0960006", "620100001234 9000", "read 0016", "00B09600 06", "620100001234"),
    (Device.TAG, "00B400000A 0102030405060708 4F 40", "11" * 96 + "9000", "tag secure read",
     "00B40000 0A 01020304050607084F40", "[96]"),
    (Device.TAG, "00B0013A5B", "11" * 91 + "9000", "read a file", "00B0013A 5B", "[91]"),
]  # fmt: skip


@pytest.mark.parametrize(("device", "sent", "received", "name", "shown", "answer"), TABLE)
def test_each_command_as_it_may_be_kept(device, sent, received, name, shown, answer):
    (one,) = written(device, (sent, received))
    assert (one.name, one.sent, one.received) == (name, shown, answer)
    assert one.status == received.replace(" ", "")[-4:]


def test_ef04_is_known_by_the_select_before():
    block = "0001000000" + "AA29" + "00" * 37 + CARD_0015[:40] + "00" * 27
    *_, read = written(
        Device.TAG, ("00A4000002 DF01", "9000"), ("00A4000002 EF04", "9000"), ("00B0013A5B", block + "9000")
    )
    assert read.name == "read EF04"
    assert NUMBER not in read.received
    assert "************0001" in read.received


def test_get_response_belongs_to_the_command_before():
    debit, fetched = written(
        Device.CARD, ("805401000F 0000ABCD 20240506143015 DF03B304", "6108"), ("00C0000008", "079F3D94FA87A5EE 9000")
    )
    assert debit.status == "6108"
    assert (fetched.name, fetched.received) == ("8054 debit (61xx)", "[8]")
    _, fetched = written(Device.CARD, ("00B0950032", "6132"), ("00C0000032", CARD_0015 + "9000"))
    assert fetched.received == HIDDEN_0015


def test_a_stale_answer_is_hidden_where_it_does_not_belong():
    short = CARD_0015[:86]
    _, stale = written(Device.CARD, ("00B095002B", short + "9000"), ("00B201CC2B", short + "9000"))
    assert stale.name == "read 0019"
    assert NUMBER not in stale.received
    _, stale = written(Device.CARD, ("805A000902 0124 08", "FA87A5EE079F3D94 9000"), ("805C000204", "079F3D94 9000"))
    assert stale.received == "********"


def test_no_answer_has_no_status():
    one = Redactor(Device.CARD, Secrets()).write(bytes.fromhex("805C000204"), None)
    assert (one.received, one.status) == ("", "")


@given(st.sampled_from(list(Device)), st.lists(st.tuples(st.binary(max_size=60), st.binary(max_size=60)), max_size=8))
def test_no_bytes_are_too_strange_to_be_written(device, exchanges):
    redactor = Redactor(device, Secrets())
    for command, answer in exchanges:
        one = redactor.write(command, answer)
        assert len(one.sent) <= 2 * len(command) + 20
        assert len(one.received) <= 2 * len(answer) + 20
