"""From the choice of a reader to the reader: its link, what records its exchanges, and whether it is there at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final, Protocol, assert_never

from laneside.card.apdu import Device
from laneside.clock import Clock
from laneside.devices.pcsc import PcscLink
from laneside.devices.serial import SerialLink
from laneside.devices.tcp import TcpLink
from laneside.errors import LinkLostError, SettingError
from laneside.reader.apdu import ApduReader
from laneside.reader.frames.connection_keeper import FrameReaderPolicy
from laneside.reader.frames.conversation import ByteLink
from laneside.reader.frames.reader import FrameReader
from laneside.reader.frames.tracing import FrameTracer
from laneside.reader.port import EtcReader
from laneside.reader.purchase import ReaderPolicy
from laneside.reader.tracing import Tell, Tracer
from laneside.terminal.reader_choice import (
    Connections,
    IntegratedReader,
    PcscReaders,
    ReaderChoice,
    RoadsideChips,
    SerialReader,
    TcpReader,
)
from laneside.virtual.client import RoadsideLink

FRAME_POLL_S: Final = 1.0
"""How often an integrated reader is polled between two vehicles: its heartbeats want answers."""
APDU_POLL_S: Final = 15.0


class TerminalReader(EtcReader, Protocol):
    """A reader that is closed at the end."""

    def close(self) -> None:
        """Let go of everything."""
        ...


def make_reader(
    connections: Connections, *, clock: Clock, policy: ReaderPolicy, links: ExitStack, tell: Tell
) -> TerminalReader:
    """Make the reader; ``tell`` gets what it exchanges, what must be closed after it goes to ``links``.

    ``policy`` is for readers over APDUs; an integrated one brings its own. Raises SettingError for the roadside's chips
    without a roadside.
    """
    choice = connections.reader
    match choice:
        case SerialReader() | TcpReader():
            return _integrated(choice.policy, opener_of(choice), clock, tell)
        case PcscReaders(card=card, psam=psam):
            link: PcscLink | RoadsideLink = links.enter_context(PcscLink(card_reader=card, psam_reader=psam))
        case RoadsideChips():
            link = RoadsideLink(*required_roadside(connections))
        case _:
            assert_never(choice)
    tracer = Tracer(clock=clock, tell=tell)
    return ApduReader(
        open_card=tracer.opening(Device.CARD, link.open_card),
        open_tag=tracer.opening_tag(link.open_tag) if isinstance(link, RoadsideLink) else None,
        open_psam=tracer.opening(Device.PSAM, link.open_psam),
        clock=clock,
        random_bytes=secrets.token_bytes,
        policy=policy,
    )


def poll_s_of(choice: ReaderChoice) -> float:
    """Return how often the reader wants to be polled while no vehicle is worked."""
    return FRAME_POLL_S if isinstance(choice, SerialReader | TcpReader) else APDU_POLL_S


def required_roadside(connections: Connections) -> tuple[str, int]:
    """Return the address of the roadside whose chips are wanted. Raises SettingError without one."""
    if connections.roadside is None:
        raise SettingError("a terminal needs a reader: the virtual roadside's, PC/SC, serial or TCP")
    return connections.roadside


def opener_of(choice: IntegratedReader) -> Callable[[], ByteLink]:
    """Return what opens the link to an integrated reader; it raises LinkLostError."""
    match choice:
        case SerialReader(device=device, baud_rate=baud_rate):
            return lambda: SerialLink(device, baud_rate=baud_rate)
        case TcpReader(host=host, port=port):
            return lambda: TcpLink(host, port)
        case _:
            assert_never(choice)


def reach_of(reader: TerminalReader, connections: Connections) -> Callable[[], None]:
    """Return how to check that the reader is there at all; what comes back raises LinkLostError if not.

    An integrated one is not opened a second time for that: it reports what its link last saw.
    """
    if isinstance(reader, FrameReader):
        return reader.reach
    match connections.reader:
        case PcscReaders(card=card, psam=psam):
            return lambda: _reach_pcsc((card, psam))
        case RoadsideChips() if connections.roadside is not None:
            return RoadsideLink(*connections.roadside).reach
        case _:
            return lambda: None


def firmware_of(reader: TerminalReader) -> str:
    """Return what the reader says of its make; empty if it says nothing."""
    return reader.firmware if isinstance(reader, FrameReader) else ""


def _integrated(
    policy: FrameReaderPolicy, open_link: Callable[[], ByteLink], clock: Clock, tell: Tell
) -> TerminalReader:
    tracer = FrameTracer(clock=clock, tell=tell, dialect=policy.dialect)
    return FrameReader(open_link=tracer.opening(open_link), clock=clock, policy=policy, observer=tracer)


def _reach_pcsc(wanted: tuple[str, ...]) -> None:
    from laneside.devices.pcsc import list_readers  # noqa: PLC0415 - only where PC/SC is the choice

    found = list_readers()
    missing = [name for name in wanted if not any(name.casefold() in reader.casefold() for reader in found)]
    if missing:
        raise LinkLostError(f"no PC/SC reader {', '.join(missing)}; there: {', '.join(found) or 'none'}")
