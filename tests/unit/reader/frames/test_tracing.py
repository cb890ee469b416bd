"""What is told of an integrated reader: every frame, in order, and nothing that must never be written down."""

from __future__ import annotations

import pytest
from bench import order_for
from frame_bench import FrameBench

from laneside.card.outcome import Debited
from laneside.errors import LinkLostError
from laneside.reader.frames.settings import policy_of
from laneside.reader.frames.tracing import FrameTracer
from laneside.reader.port import NotPrepared, Prepared
from laneside.reader.tracing import Tell, TraceLine
from laneside.rsu import SERIAL, TCP, BadFrame, DialectName, Direction
from laneside.virtual.faults import Fault, FaultKind, Place
from laneside.virtual.integrated.settings import SERIAL_READER, TCP_READER

DIALECTS = {"serial": (SERIAL_READER, SERIAL), "tcp": (TCP_READER, TCP)}


def written_to(told: list[TraceLine]) -> Tell:
    """Write down at once what is told."""
    return lambda writing: told.append(writing())


class Listened:
    """A bench whose reader is listened to."""

    def __init__(self, wire: str) -> None:
        settings, host = DIALECTS[wire]
        self.bench = FrameBench(settings=settings, host=host)
        self.told: list[TraceLine] = []
        tracer = FrameTracer(clock=self.bench.bench.clock, tell=written_to(self.told), dialect=host)
        self.reader = self.bench.reader(listener=tracer)

    @property
    def text(self) -> str:
        return "\n".join(f"{each.sent} {each.received}".replace(" ", "") for each in self.told)

    def sent(self) -> list[str]:
        return [each.name[:2] for each in self.told if each.sent]

    def received(self) -> list[str]:
        return [each.name[:2] for each in self.told if each.received]

    def on_the_wire(self, place: Place) -> list[str]:
        decoder = self.bench.settings.dialect.decoder()
        found = [decoder.feed(data)[0] for _, where, data in self.bench.far.line.trace if where is place]
        return [f"{each.body[0]:02X}" for each in found if not isinstance(each, BadFrame)]


@pytest.fixture(params=sorted(DIALECTS))
def listened(request) -> Listened:
    return Listened(request.param)


def purchase(listened: Listened):
    order = order_for(listened.reader.read(search_s=1))
    ready = listened.reader.prepare(order, search_s=1)
    assert isinstance(ready, Prepared)
    return listened.reader.commit(ready)


def test_every_frame_of_a_purchase_is_told_in_its_order(listened: Listened) -> None:
    assert isinstance(purchase(listened), Debited)
    heard = listened.received()
    assert listened.sent() == listened.on_the_wire(Place.TO_READER)
    assert heard == listened.on_the_wire(Place.FROM_READER)[: len(heard)], "what was not read yet is not told yet"
    assert (listened.sent().count("C6"), heard.count("B5")) == (1, 1)
    assert {each.channel for each in listened.told} == {"reader"}
    assert {each.status for each in listened.told} == {"ok"}
    assert listened.told[0].name == "connect"


def test_tac_numbers_and_the_vehicle_file_are_never_told(listened: Listened) -> None:
    outcome = purchase(listened)
    assert isinstance(outcome, Debited)
    assert outcome.tac is not None
    assert outcome.tac.hex().upper() not in listened.text
    chips = listened.bench.bench
    presented = listened.reader.read(search_s=15)
    assert presented.card is not None
    assert presented.tag is not None
    assert presented.tag.vehicle is not None
    number = presented.card.card_id
    serial = presented.tag.system.contract_serial
    for whole in (number, serial, bytes(presented.tag.vehicle).hex().upper()):
        assert whole not in listened.text
    assert number[-4:] in listened.text, "the last four digits are"
    assert chips.facts().capp.hex().upper()[6:] in listened.text, "0019 is evidence and holds no number"


def test_a_reply_that_repeats_what_was_hidden_is_hidden_too() -> None:
    told: list[TraceLine] = []
    listened = Listened("tcp")
    tracer = FrameTracer(clock=listened.bench.bench.clock, tell=written_to(told), dialect=TCP)
    tac = bytes.fromhex("A1B2C3D4")
    result = bytes.fromhex("B5 01020304 00 620100001234 20240506143015 09 04 41") + tac + bytes(2 + 4 + 4)
    tracer.frame(Direction.FROM_READER, result)
    amounts = bytes.fromhex("B9 01020304 00 00 00 0004") + tac
    tracer.frame(Direction.FROM_READER, amounts)
    assert all("A1B2C3D4" not in each.received.replace(" ", "") for each in told)
    assert "********" in told[1].received


@pytest.mark.parametrize("wire", sorted(DIALECTS))
def test_what_has_no_layout_is_a_length(wire: str) -> None:
    told: list[TraceLine] = []
    bench = Listened(wire).bench.bench
    tracer = FrameTracer(clock=bench.clock, tell=written_to(told), dialect=DIALECTS[wire][1])
    tracer.frame(Direction.FROM_READER, b"\xb4" + b"\x55" * 7)
    tracer.frame(Direction.FROM_READER, b"\xfb" + b"\x55" * 7)
    assert [each.received for each in told] == ["B4 [7]", "FB [7]"]
    assert told[0].status.startswith("codec")


def test_the_centres_cryptogram_is_never_told() -> None:
    told: list[TraceLine] = []
    bench = Listened("tcp").bench.bench
    for dialect, body in (
        (TCP, bytes.fromhex("CB 01 01 0082004108 1122334455667788")),
        (SERIAL, bytes.fromhex("CF 01 1122334455667788")),
    ):
        FrameTracer(clock=bench.clock, tell=written_to(told), dialect=dialect).frame(Direction.TO_READER, body)
    assert [("1122334455667788" in each.sent) for each in told] == [False, False]


def test_an_error_a_lost_link_and_noise_are_named(listened: Listened) -> None:
    order = order_for(listened.reader.read(search_s=1))
    listened.bench.far.faults.add(Fault(kind=FaultKind.REFUSE, place=Place.CARD, code="B0"))
    listened.bench.far.faults.add(Fault(kind=FaultKind.GARBLE, place=Place.FROM_READER, code="B2"))
    assert not isinstance(listened.reader.prepare(order, search_s=2), NotPrepared)
    assert any(each.name == "no frame" for each in listened.told)
    listened.bench.far.unplug()
    with pytest.raises(LinkLostError):
        listened.reader.read(search_s=0.2)
    assert any(each.status.startswith("link-lost") for each in listened.told)


def test_settings_of_a_file_become_a_policy() -> None:
    policy = policy_of(
        {"c6_form": 67, "reader": {"tx_power": 5, "silence_s_max": 0}, "virtual": {"x": 1}}, DialectName.TCP
    )
    assert (policy.dialect.c6_form, policy.tx_power, policy.silence_s_max) == (67, 5, 0)
    assert policy_of({}, DialectName.SERIAL).dialect == SERIAL
