"""The keys of the virtual roadside. They are INVENTED: anyone can derive them from the public sentence below.

No device in the field has them and they protect nothing; they exist so that virtual card, tag, PSAM and the centre's
check of a TAC agree with each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from laneside.cardcrypto.ciphers import Suite

PUBLIC_SEED = "Laneside virtual roadside: these keys are public and protect nothing"


class Purpose(StrEnum):
    """What a root key is for; each has one root per algorithm."""

    PURCHASE = "purchase"
    TAC = "tac"
    CARD_MAINTENANCE = "card-maintenance"
    CARD_AUTHENTICATION = "card-external-authentication"
    CPC_AUTHENTICATION = "cpc-external-authentication"
    TAG_MAINTENANCE = "tag-maintenance"
    VEHICLE_MAINTENANCE = "vehicle-maintenance"
    VEHICLE_DECRYPTION = "vehicle-decryption"
    PSAM_AUTHORISATION = "psam-authorisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualKeys:
    """All roots of one invented network. Its repr shows none of them."""

    seed: str = PUBLIC_SEED
    replaced: Mapping[tuple[Purpose, Suite], bytes] = field(default_factory=dict, repr=False)

    def root(self, purpose: Purpose, suite: Suite) -> bytes:
        """Return the 16-byte root of a purpose and algorithm."""
        given = self.replaced.get((purpose, suite))
        if given is not None:
            return given
        return hashlib.sha256(f"{self.seed}\n{purpose.value}\n{suite.value}".encode()).digest()[:16]

    def with_root(self, purpose: Purpose, root: bytes, *suites: Suite) -> VirtualKeys:
        """Replace a root in the given algorithms, in both when none is given, as the spec's vectors need."""
        assert len(root) == 16, "a root has 16 bytes"
        changes = dict.fromkeys(((purpose, suite) for suite in suites or tuple(Suite)), root)
        return replace(self, replaced={**self.replaced, **changes})
