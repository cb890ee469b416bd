"""Card, tag and PSAM in their own words: APDUs, status words, the channel port, and flows that yield commands.

No I/O, no key and no decision of the business may enter: a flow says what to send and reads what came back.
"""

from laneside.card.apdu import AnswerLostError, Command, Device, Exchange, Flow, Reply, Response, ask
from laneside.card.channel import CardChannel, TagPresence
from laneside.card.proof import CannotTell, DidNotHappen, Happened, OpenDebit, Witness, prove_debit
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
from laneside.card.status import Meaning, RefusedError
from laneside.card.user_card import CardContents, ForeignCardError, read_card

__all__ = [
    "AnswerLostError",
    "CannotTell",
    "CardChannel",
    "CardContents",
    "Command",
    "Debit",
    "DebitAnswer",
    "DebitDraft",
    "Device",
    "DidNotHappen",
    "Exchange",
    "Flow",
    "ForeignCardError",
    "Happened",
    "Meaning",
    "OpenDebit",
    "PsamIdentity",
    "PurchaseRefused",
    "PurchaseTerms",
    "ReadyDebit",
    "RefusedError",
    "Reply",
    "Response",
    "SamSignature",
    "TagPresence",
    "Witness",
    "ask",
    "debit",
    "key_indexes",
    "prepare_debit",
    "prove_debit",
    "read_card",
    "verify_mac2",
]
