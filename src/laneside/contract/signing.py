"""Canonical bytes, digests and Ed25519 signatures over what terminal and centre exchange."""

from __future__ import annotations

import hashlib
import re
from itertools import accumulate
from typing import Any, Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from laneside.contract.exchange import Receipt
from laneside.contract.parameters import DocumentHead
from laneside.errors import ContractError, SignatureError

T = TypeVar("T")

DEPTH_MAX: Final = 32
"""How deep objects and arrays may lie in one another; the contract's own messages reach seven."""

DIGITS_MAX: Final = 18
"""How many digits a whole number may have: what is shorter fits 64 bits, wherever it is kept."""

_encoder = msgspec.json.Encoder(order="sorted")
# Possessive, and a string left open ends with the body: else a body of escaped quotes would take quadratic time.
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_LONG_NUMBER: Final = re.compile(rb"(?<![0-9.])[0-9]{%d}" % (DIGITS_MAX + 1))
_BRACKETS: Final = bytes.maketrans(b"[{]}", b"\x02\x02\x00\x00")  # one less is what each adds to the depth
_NO_BRACKET: Final = bytes(set(range(256)) - set(b"[]{}"))


def canonical(message: Any) -> bytes:
    """Write a message as its one canonical JSON form, UTF-8, keys sorted, no blanks."""
    return _encoder.encode(message)


def parse(body: bytes, kind: type[T]) -> T:
    """Read a message; ContractError says what in it is not as agreed.

    Depth and length of numbers are bounded before anything is decoded, in fields that no one reads too.
    """
    try:
        _refuse_excess(body)
        return msgspec.json.decode(body, type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
        raise ContractError(f"{kind.__name__}: {error}") from error


def _refuse_excess(body: bytes) -> None:
    """Raise ValueError for JSON that nests too deeply or holds too long a number."""
    bare = _STRING.sub(b"", body)
    if _LONG_NUMBER.search(bare):
        raise ValueError(f"a number of more than {DIGITS_MAX} digits")
    steps = bare.translate(_BRACKETS, _NO_BRACKET)
    if any(depth > DEPTH_MAX for depth in accumulate(steps, lambda depth, step: depth + step - 1, initial=0)):
        raise ValueError(f"objects and arrays nested more than {DEPTH_MAX} deep")


def digest(body: bytes) -> str:
    """Return the SHA-256 of a body as lower-case hex; photos are named by it too."""
    return hashlib.sha256(body).hexdigest()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes of the public half."""
    return key.public_key().public_bytes_raw()


def verify(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Return if the signature is that key's over that message, else raise SignatureError."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise SignatureError("the signature does not verify") from error


def request_bytes(*, method: str, path: str, terminal_id: str, sent_at: str, body: bytes) -> bytes:
    """Return what a terminal signs for one HTTP request: method, path, id, time and the body's digest."""
    return "\n".join(("laneside-request-1", method, path, terminal_id, sent_at, digest(body))).encode()


def answer_bytes(*, request: str, known: str, status: int, centre_time: str, store: str, body: bytes) -> bytes:
    """Return what the centre signs for an answer: the request's own signature binds it to that one request.

    ``request`` and ``known`` are the headers as they came, the others those of the answer.
    """
    lines = ("laneside-answer-1", request, known, str(status), centre_time, store, digest(body))
    return "\n".join(lines).encode()


def document_bytes(head: DocumentHead) -> bytes:
    """Return what the centre signs for a document."""
    name = ("laneside-document-1",) if head.generation == 0 else ("laneside-document-2", str(head.generation))
    return "\n".join((*name, head.kind, str(head.version), head.activates_at.isoformat(), head.digest)).encode()


def chain_after(previous: str, *, number: int, kind: str, subject: str, digest_hex: str) -> str:
    """Return the running hash of a terminal's items after one more (:class:`StorePlace`)."""
    return digest("\n".join((previous, str(number), kind, subject, digest_hex)).encode())


def receipt_bytes(receipt: Receipt) -> bytes:
    """Return what the centre signs for a receipt."""
    return b"laneside-receipt-1\n" + canonical(msgspec.structs.replace(receipt, signature=b""))


def head_bytes(*, terminal_id: str, seq: int, hash_hex: str) -> bytes:
    """Return what a terminal signs for the head of its journal."""
    return f"laneside-journal-head-1\n{terminal_id}\n{seq}\n{hash_hex}".encode()
