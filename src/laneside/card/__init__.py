"""Card, tag and PSAM in their own words: APDUs, status words, the channel port, and flows that yield commands.

No I/O, no key and no decision of the business may enter: a flow says what to send and reads what came back.
"""

from laneside.card.apdu import AnswerLostError, ChipFlow, Command, Device, Exchange, Reply, Response, ask
from laneside.card.channel import CardChannel, TagPresence
from laneside.card.outcome import Algorithm, Debited, Intent, NotDebited, Outcome, Proof, TagWrite, Unknown, proved
from laneside.card.proof import prove_debit
from laneside.card.psam import PsamIdentity
from laneside.card.purchase import (
    Debit,
    DebitAnswer,
    DebitDraft,
    PurchaseRefused,
    PurchaseTerms,
    ReadyDebit,
    SamSignature,
    debit,
    key_indexes,
    prepare_debit,
    verify_mac2,
)
from laneside.card.status import ChipRefusedError, Meaning
from laneside.card.user_card import ForeignCardError, PresentedCard, read_card

__all__ = [
    "Algorithm",
    "AnswerLostError",
    "CardChannel",
    "ChipFlow",
    "ChipRefusedError",
    "Command",
    "Debit",
    "DebitAnswer",
    "DebitDraft",
    "Debited",
    "Device",
    "Exchange",
    "ForeignCardError",
    "Intent",
    "Meaning",
    "NotDebited",
    "Outcome",
    "PresentedCard",
    "Proof",
    "PsamIdentity",
    "PurchaseRefused",
    "PurchaseTerms",
    "ReadyDebit",
    "Reply",
    "Response",
    "SamSignature",
    "TagPresence",
    "TagWrite",
    "Unknown",
    "ask",
    "debit",
    "key_indexes",
    "prepare_debit",
    "prove_debit",
    "proved",
    "read_card",
    "verify_mac2",
]
