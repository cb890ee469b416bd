"""The virtual roadside: byte-exact card, tag and PSAM in software with memory that survives, and the lane around them.

It stands in for the street in demos and tests. Its keys are invented (``keys``). Nothing of the terminal's or of the
centre's may enter, and nothing here may soften what a real chip would answer.
"""

from laneside.virtual.card import VirtualCard
from laneside.virtual.chip import ATR, Chip
from laneside.virtual.keys import Purpose, VirtualKeys
from laneside.virtual.profiles import (
    Authorisation,
    CardProfile,
    Proof,
    ProofLife,
    PsamProfile,
    TagProfile,
    passage_file,
)
from laneside.virtual.psam import VirtualPsam
from laneside.virtual.store import FileMedium, Medium, MemoryMedium, Store, StoreError
from laneside.virtual.tag import VirtualTag

__all__ = [
    "ATR",
    "Authorisation",
    "CardProfile",
    "Chip",
    "FileMedium",
    "Medium",
    "MemoryMedium",
    "Proof",
    "ProofLife",
    "PsamProfile",
    "Purpose",
    "Store",
    "StoreError",
    "TagProfile",
    "VirtualCard",
    "VirtualKeys",
    "VirtualPsam",
    "VirtualTag",
    "passage_file",
]
