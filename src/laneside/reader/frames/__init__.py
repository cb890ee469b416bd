"""The frame reader: an ``EtcReader`` that talks B and C frames with an integrated reader.

The integrated reader runs the card logic; this room asks, waits, compares and proves. No serial port and no socket
here: a byte link is handed in. spec/rsu-frames.md sections 2, 3 and 5.
"""

from laneside.reader.frames.connection_keeper import FrameReaderPolicy
from laneside.reader.frames.conversation import ByteLink, Conversation
from laneside.reader.frames.reader import FrameReader
from laneside.reader.frames.settings import policy_of
from laneside.reader.frames.tracing import FrameTracer

__all__ = ["ByteLink", "Conversation", "FrameReader", "FrameReaderPolicy", "FrameTracer", "policy_of"]
