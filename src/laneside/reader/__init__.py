"""The reader: the ``EtcReader`` port with its values, and the readers that drive real exchanges through channels.

Decisions of the business, the journal and any device driver must not enter.
"""

from laneside.reader.apdu import ApduReader
from laneside.reader.port import (
    Algorithm,
    Capability,
    Debited,
    EtcReader,
    Intent,
    NotDebited,
    NotPrepared,
    Outcome,
    Pair,
    Prepared,
    PrepareRefusal,
    Presented,
    PresentedCard,
    PresentedTag,
    Proof,
    PsamAuthorisation,
    PsamChallenge,
    PsamState,
    PurchaseOrder,
    TagWrite,
    Unknown,
)
from laneside.reader.settling import KeyIndex, ReaderPolicy
from laneside.reader.tracing import Exchanged, Tracer, Writing

__all__ = [
    "Algorithm",
    "ApduReader",
    "Capability",
    "Debited",
    "EtcReader",
    "Exchanged",
    "Intent",
    "KeyIndex",
    "NotDebited",
    "NotPrepared",
    "Outcome",
    "Pair",
    "PrepareRefusal",
    "Prepared",
    "Presented",
    "PresentedCard",
    "PresentedTag",
    "Proof",
    "PsamAuthorisation",
    "PsamChallenge",
    "PsamState",
    "PurchaseOrder",
    "ReaderPolicy",
    "TagWrite",
    "Tracer",
    "Unknown",
    "Writing",
]
