"""The HTTP names that terminal and centre share, beside the messages themselves."""

from __future__ import annotations

from typing import Final

TERMINAL: Final = "Laneside-Terminal"
"""The asking terminal's id."""

TIME: Final = "Laneside-Time"
"""In a request when it was signed, in every answer the centre's clock: ISO 8601 with an offset."""

SIGNATURE: Final = "Laneside-Signature"
"""Base64 of the Ed25519 signature over :func:`laneside.contract.signing.request_bytes`.

The path that is signed is the request's target as sent: the path, and ``?`` with the query if there is one.
"""
