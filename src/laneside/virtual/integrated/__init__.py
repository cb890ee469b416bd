"""A reader that runs the card logic itself, over the virtual card, tag and PSAM: both dialects of spec/rsu-frames.md.

``IntegratedReader`` is pure: bytes and time in, bytes out; ``server`` gives it a pty or a TCP port. What is a host's
task must not enter, and nothing here may be easier for a host than with a real reader.
"""

from laneside.virtual.integrated.reader import IntegratedReader
from laneside.virtual.integrated.session import State
from laneside.virtual.integrated.settings import (
    INSTANT,
    SERIAL_LINK,
    SERIAL_READER,
    TCP_LINK,
    TCP_READER,
    B3Form,
    Pace,
    ReaderSettings,
    Several,
    TearDown,
    Trigger,
)

__all__ = [
    "INSTANT",
    "SERIAL_LINK",
    "SERIAL_READER",
    "TCP_LINK",
    "TCP_READER",
    "B3Form",
    "IntegratedReader",
    "Pace",
    "ReaderSettings",
    "Several",
    "State",
    "TearDown",
    "Trigger",
]
