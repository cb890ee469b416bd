"""Card, tag and PSAM in software, byte for byte, with a memory that survives a cut.

Sources: spec/icc.md, spec/obu.md, spec/psam-and-crypto.md.
Their keys are invented (``keys``). Nothing here may soften what a real chip would answer.
"""

from laneside.virtual.chips.card import VirtualCard
from laneside.virtual.chips.chip import ATR, Chip
from laneside.virtual.chips.keys import Purpose, VirtualKeys
from laneside.virtual.chips.memory import ChipMemory, FileMemory, RamMemory, StoreError, TwoSlotStore
from laneside.virtual.chips.profiles import (
    Authorisation,
    CardProfile,
    Proof,
    ProofLife,
    PsamProfile,
    TagProfile,
    passage_file,
)
from laneside.virtual.chips.psam import VirtualPsam
from laneside.virtual.chips.tag import VirtualTag

__all__ = [
    "ATR",
    "Authorisation",
    "CardProfile",
    "Chip",
    "ChipMemory",
    "FileMemory",
    "Proof",
    "ProofLife",
    "PsamProfile",
    "Purpose",
    "RamMemory",
    "StoreError",
    "TagProfile",
    "TwoSlotStore",
    "VirtualCard",
    "VirtualKeys",
    "VirtualPsam",
    "VirtualTag",
    "passage_file",
]
