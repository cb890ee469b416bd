"""The worked signatures of the integrator's guide hold, with the code's own functions and without them."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from laneside.contract.exchange import Receipt, Stored
from laneside.contract.records import PassageEvent
from laneside.contract.signing import canonical, parse, receipt_bytes, request_bytes, verify

GUIDE = "docs/integrators-guide.md"
DEVICE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_the_request_is_signed_as_told(blocks):
    (body,), (signed,), (signature,) = (
        blocks(GUIDE, mark) for mark in ("event-body", "signed-request", "request-signature")
    )
    raw = body.strip().encode()
    assert canonical(parse(raw, PassageEvent)) == raw
    label, method, path, terminal_id, sent_at, digest = signed.strip().split("\n")
    assert (label, digest) == ("laneside-request-1", hashlib.sha256(raw).hexdigest())
    told = signed.strip().encode()
    assert told == request_bytes(method=method, path=path, terminal_id=terminal_id, sent_at=sent_at, body=raw)
    DEVICE_KEY.public_key().verify(b64decode(signature), told)
    assert DEVICE_KEY.sign(told) == b64decode(signature)


def test_the_receipt_is_signed_as_told(blocks):
    (shown,), (key,), (body,) = (blocks(GUIDE, mark) for mark in ("receipt", "centre-key", "event-body"))
    receipt = parse(shown.strip().encode(), Receipt)
    assert receipt.stored is Stored.CREATED
    assert receipt.digest == hashlib.sha256(body.strip().encode()).hexdigest()
    verify(bytes.fromhex(key.strip()), receipt.signature, receipt_bytes(receipt))
    bare = {**json.loads(shown), "signature": ""}
    text = "laneside-receipt-1\n" + json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.strip())).verify(receipt.signature, text.encode())
    assert msgspec.json.encode(json.loads(shown)) == shown.strip().encode()
