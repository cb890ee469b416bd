"""The reader: the ``EtcReader`` port with its values, and the readers that drive real exchanges through channels.

Decisions of the business, the journal and any device driver must not enter.
"""

from laneside.reader.apdu import ApduReader
from laneside.reader.port import (
    Capability,
    EtcReader,
    NotPrepared,
    Pair,
    Prepared,
    PrepareRefusal,
    Presented,
    PresentedTag,
    PsamAuthorisation,
    PsamChallenge,
    PsamState,
    PurchaseOrder,
)
from laneside.reader.purchase import KeyIndex, ReaderPolicy
from laneside.reader.tracing import TraceLine, Tracer, Writing

__all__ = [
    "ApduReader",
    "Capability",
    "EtcReader",
    "KeyIndex",
    "NotPrepared",
    "Pair",
    "PrepareRefusal",
    "Prepared",
    "Presented",
    "PresentedTag",
    "PsamAuthorisation",
    "PsamChallenge",
    "PsamState",
    "PurchaseOrder",
    "ReaderPolicy",
    "TraceLine",
    "Tracer",
    "Writing",
]
