"""The one-time code that a person carries from the centre to a new terminal, on paper or on a screen.

Forty characters of Crockford's base 32 in ten groups: three of the code, six of the fingerprint by which the terminal
pins the centre's key, one that catches typing mistakes. A code is worth nothing after its first use or its expiry.
"""

from __future__ import annotations

import hashlib
from typing import Final, Self

import msgspec

from laneside.errors import ContractError

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans(
    {"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\t": None, "\n": None, "\r": None}
)
_CODE: Final = 12
_FINGERPRINT: Final = 24
_CHECK: Final = 4

CODE_BYTES: Final = 8
"""How many random bytes :meth:`EnrolmentCode.draw` takes; the code holds 60 bits of them."""


def _letters(data: bytes, count: int) -> str:
    number = int.from_bytes(data, "big") >> (8 * len(data) - 5 * count)
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(count)))


def key_fingerprint(public_key: bytes) -> str:
    """Return the first 120 bits of the SHA-256 of a public key as 24 characters."""
    return _letters(hashlib.sha256(b"laneside-centre-key-1\n" + public_key).digest(), _FINGERPRINT)


def _check(body: str) -> str:
    return _letters(hashlib.sha256(b"laneside-enrolment-code-1\n" + body.encode()).digest(), _CHECK)


class EnrolmentCode(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time code (12 characters) and the fingerprint of the centre's key (24 characters), both in capitals."""

    code: str
    fingerprint: str

    def __post_init__(self) -> None:
        """Hold the lengths and the alphabet; ContractError says which of the two is wrong."""
        for name, value, length in (("code", self.code, _CODE), ("fingerprint", self.fingerprint, _FINGERPRINT)):
            if len(value) != length or not set(value) <= set(_ALPHABET):
                raise ContractError(f"enrolment code: the {name} must be {length} characters of base 32")

    @classmethod
    def draw(cls, *, random: bytes, centre_key: bytes) -> Self:
        """Make a code from CODE_BYTES random bytes for the centre with this public key."""
        assert len(random) == CODE_BYTES, "a code wants eight random bytes"
        return cls(code=_letters(random, _CODE), fingerprint=key_fingerprint(centre_key))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a person typed, in any case, with blanks, O for 0, I or L for 1; ContractError if wrong."""
        letters = text.upper().translate(_READ_AS)
        if len(letters) != _CODE + _FINGERPRINT + _CHECK:
            raise ContractError(
                f"enrolment code: {_CODE + _FINGERPRINT + _CHECK} characters wanted, {len(letters)} given"
            )
        body, check = letters[:-_CHECK], letters[-_CHECK:]
        parsed = cls(code=body[:_CODE], fingerprint=body[_CODE:])
        if check != _check(body):
            raise ContractError("enrolment code: mistyped, the last group does not fit the others")
        return parsed

    def format(self) -> str:
        """Return the printable form: ten groups of four, hyphens between."""
        body = self.code + self.fingerprint
        letters = body + _check(body)
        return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))

    def pins(self, centre_key: bytes) -> bool:
        """Tell whether this public key is the one that the code was printed for."""
        return key_fingerprint(centre_key) == self.fingerprint
