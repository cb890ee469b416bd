"""A reader that runs the card logic itself, over the virtual card, tag and SAM: both dialects of spec/rsu-frames.md.

``IntegratedReader`` is pure: bytes and time in, bytes out; ``serving`` puts it on a pty or a port. What a host would
have to do must not enter, and nothing here may make a host's life easier than a real reader does.
"""

from laneside.virtual.integrated.core import IntegratedReader
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
from laneside.virtual.integrated.talk import State

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
