"""A PSAM's authorisation at the reader: the spec's worked exchange in literal hex, and what must never be sent."""

from __future__ import annotations

from random import Random

import pytest
from bench import BenchClock, Cut, Side, Span, make_bench, psam_profile
from scripts import script

from laneside.card.apdu import Device
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.reader.apdu import ApduReader
from laneside.reader.port import NotPrepared, PrepareRefusal, PsamAuthorisation, PsamChallenge
from laneside.virtual.chips.profiles import AuthorisationNeed, Purpose, VirtualKeys

KEYS = VirtualKeys().with_root(Purpose.PSAM_AUTHORISATION, bytes.fromhex("00112233445566778899AABBCCDDEEFF"))
INSTRUCTION = bytes.fromhex("0082004108 11A8F17B1A378D36")
"""spec/psam-and-crypto.md 8.3."""

START = """
    psam > 00A4000002 3F00 < 9000
    psam > 00B095000E < 62010123456789ABCDEF 05 01 0000 9000
    psam > 00B0960006 < 620100001234 9000
    psam > 00A4000002 DF01 < 9000
    psam > 00B0970019 < 01 B8CACBE062010001 B8CACBE0B8CACBE0 20200101 20491231 9000
    psam > 801A590310 0000000000000000 B8CACBE0B8CACBE0 < 6985
"""
CHALLENGED = """
    psam > 00A4000002 3F00 < 9000
    psam > 0084000008 < 0102030405060708 9000
"""
ANSWERED = """
    psam > 0082004108 11A8F17B1A378D36 < 9000
    psam > 00A4000002 DF01 < 9000
    psam > 801A590310 0000000000000000 B8CACBE0B8CACBE0 < 9000
"""


class ScriptedPsam:
    """A PSAM that takes exactly the commands of a script, in their order."""

    def __init__(self, text: str) -> None:
        self.lines = script(text)

    def transmit(self, command: bytes) -> bytes:
        assert self.lines, f"nothing expected, but {command.hex().upper()} came"
        line = self.lines.pop(0)
        assert command.hex().upper() == line.command.hex().upper()
        return line.answer

    def close(self) -> None:
        pass


def reader_of(psam: ScriptedPsam) -> ApduReader:
    def nothing():
        raise NothingPresentedError("nothing here")

    return ApduReader(
        open_card=nothing, open_tag=None, open_psam=lambda: psam, clock=BenchClock(), random_bytes=Random(1).randbytes
    )


def test_the_worked_exchange_byte_by_byte():
    psam = ScriptedPsam(START + CHALLENGED + ANSWERED)
    reader = reader_of(psam)
    assert reader.authorisation_request() == PsamChallenge(
        terminal_number=bytes.fromhex("620100001234"),
        serial=bytes.fromhex("62010123456789ABCDEF"),
        version=0x05,
        key_type=0x01,
        area=bytes.fromhex("B8CACBE0B8CACBE0"),
        random=bytes.fromhex("0102030405060708"),
    )
    answer = reader.authorise(INSTRUCTION)
    assert (answer.authorised, answer.sw) == (True, 0x9000)
    assert psam.lines == []


def test_a_challenge_of_four_bytes_is_extended_with_zeros():
    short = "psam > 00A4000002 3F00 < 9000\n psam > 0084000008 < 6700\n psam > 0084000004 < 01020304 9000"
    challenge = reader_of(ScriptedPsam(START + short)).authorisation_request()
    assert challenge is not None
    assert challenge.random == bytes.fromhex("0102030400000000")


def test_the_status_is_told_from_memory_while_the_challenge_is_open():
    psam = ScriptedPsam(START + CHALLENGED + ANSWERED)
    reader = reader_of(psam)
    reader.authorisation_request()
    assert not reader.status().authorised
    assert reader.authorise(INSTRUCTION).authorised


def test_another_use_of_the_psam_ends_the_challenge_and_nothing_is_sent():
    back = """
        psam > 00A4000002 DF01 < 9000
        psam > 801A590310 0000000000000000 B8CACBE0B8CACBE0 < 6985
    """
    psam = ScriptedPsam(START + CHALLENGED + back)
    reader = reader_of(psam)
    reader.authorisation_request()
    with pytest.raises(NothingPresentedError):
        reader.read(search_s=0)
    assert reader.authorise(INSTRUCTION) == PsamAuthorisation(sw=None, detail="the challenge is over")
    assert psam.lines == [], "a wrong answer would cost the PSAM a try"


def test_the_virtual_psam_takes_the_specs_answer_and_asks_again_after_power_off():
    profile = psam_profile(authorisation=AuthorisationNeed.REQUIRED, keys=KEYS)
    bench = make_bench(psam=profile)
    assert bench.psam is not None
    bench.psam._random_bytes = lambda count: bytes(range(1, count + 1))
    reader = bench.reader()
    assert not reader.read(search_s=1).psam.authorised
    assert reader.authorisation_request() is not None
    assert reader.authorise(INSTRUCTION).sw == 0x9000
    assert reader.read(search_s=1).psam.authorised
    assert reader.authorisation_request() is None, "it has what it wants"
    reader.close()
    assert reader.authorisation_request() is not None, "the power was gone"


def test_nothing_is_prepared_before_and_everything_after_authorisation():
    from bench import order_for

    bench = make_bench(psam=psam_profile(authorisation=AuthorisationNeed.REQUIRED, keys=KEYS))
    bench.psam._random_bytes = lambda count: bytes(range(1, count + 1))
    reader = bench.reader()
    order = order_for(reader.read(search_s=1))
    refused = reader.prepare(order, search_s=1)
    assert isinstance(refused, NotPrepared)
    assert refused.refusal is PrepareRefusal.PSAM_NOT_AUTHORISED
    assert not [command for device, command in bench.sent if device is Device.CARD and command.startswith("8050")]
    reader.authorisation_request()
    assert reader.authorise(INSTRUCTION).authorised
    assert not isinstance(reader.prepare(order, search_s=1), NotPrepared)
    assert reader.authorisation_request() is None, "a prepared purchase is left alone"


def test_a_wrong_answer_tells_how_many_tries_are_left():
    bench = make_bench(psam=psam_profile(authorisation=AuthorisationNeed.REQUIRED, keys=KEYS))
    reader = bench.reader()
    for left in range(14, -1, -1):
        reader.authorisation_request()
        answer = reader.authorise(INSTRUCTION)
        assert (answer.authorised, answer.tries_left) == (False, left)
    reader.authorisation_request()
    blocked = reader.authorise(INSTRUCTION)
    assert (blocked.sw, blocked.tries_left) == (0x6983, 0)


@pytest.mark.parametrize("side", Side)
def test_a_lost_answer_leaves_a_psam_that_is_asked_anew(side):
    bench = make_bench(psam=psam_profile(authorisation=AuthorisationNeed.REQUIRED, keys=KEYS))
    bench.psam._random_bytes = lambda count: bytes(range(1, count + 1))
    reader = bench.reader()
    reader.authorisation_request()
    bench.arm(Cut(0, side, Span.BLINK))
    assert reader.authorise(INSTRUCTION).sw is None
    assert reader.authorisation_request() is not None
    assert reader.authorise(INSTRUCTION).authorised


@pytest.mark.parametrize("at", range(8))
def test_a_request_that_is_cut_anywhere_raises_nothing_and_can_be_repeated(at):
    bench = make_bench(psam=psam_profile(authorisation=AuthorisationNeed.REQUIRED, keys=KEYS))
    bench.psam._random_bytes = lambda count: bytes(range(1, count + 1))
    reader = bench.reader()
    bench.arm(Cut(at, Side.AFTER, Span.BLINK))
    reader.authorisation_request()
    assert reader.authorisation_request() is not None
    assert reader.authorise(INSTRUCTION).authorised


def test_no_psam_is_no_request():
    def gone():
        raise LinkLostError("the reader is unplugged")

    reader = ApduReader(
        open_card=gone, open_tag=None, open_psam=gone, clock=BenchClock(), random_bytes=Random(1).randbytes
    )
    assert reader.authorisation_request() is None
    assert reader.authorise(INSTRUCTION).sw is None
