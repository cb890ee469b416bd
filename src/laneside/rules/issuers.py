"""Which issuers count as known, for tag and card alike."""

from __future__ import annotations

from laneside.contract.parameters import Policy
from laneside.vocab.provinces import PROVINCES

_REGIONS = frozenset(province.issuer for province in PROVINCES)


def issuer_is_known(issuer: bytes, policy: Policy) -> bool:
    """Return whether the first four issuer bytes are a province's, or the policy names this beginning in hex."""
    if issuer[:4] in _REGIONS:
        return True
    written = issuer.hex().upper()
    return any(allowed and written.startswith(allowed.upper()) for allowed in policy.foreign_issuers)
