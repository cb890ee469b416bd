"""Labels of fields that are no code table."""

from __future__ import annotations

from laneside.vocab import Words, province_of_issuer


def province_words(issuer: bytes) -> Words | None:
    """Name the province of an issuer id; None for an issuer outside the table."""
    province = province_of_issuer(issuer)
    return None if province is None else province.words
