"""A centre in memory behind a real HTTP client: it checks each signature, keeps what it is given and signs answers.

It follows the agreed text with nothing of the product's own signing but receipts and documents.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from datetime import datetime

import httpx2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from laneside.contract.exchange import Receipt, Stored, StorePlace
from laneside.contract.parameters import SignedDocument
from laneside.contract.signing import canonical, document_bytes, receipt_bytes


class MemoryCentre:
    """What is in between is ``trouble``: it sees each request first and may answer or raise.

    ``says`` is the centre itself, which signs: it may answer something else. ``forge`` changes receipts.
    """

    def __init__(self, clock):
        self.key = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
        self.clock = clock
        self.devices = {}
        self.kept = {}
        self.chain = []
        self.numbers = {}
        self.store_id = "ab" * 16
        self.generation = 0
        self.evidence = []
        self.documents = []
        self.heartbeats = []
        self.requests = []
        self.trouble = None
        self.checks_time = True
        self.says = None
        self.forge = None

    @property
    def public_key(self):
        return self.key.public_key().public_bytes_raw()

    def answer(self, request):
        self.requests.append(f"{request.method} {request.url.raw_path.decode()}")
        if self.trouble is not None and (instead := self.trouble(request)) is not None:
            return instead
        terminal_id = self.checked(request)
        if self.says is None or (response := self.says(request)) is None:
            response = self.worked(request, terminal_id)
        return self.vouched(request, response)

    def vouched(self, request, response):
        """Sign an answer with nothing but the agreed text, and say where this terminal's items are."""
        known, at = (
            request.headers["Laneside-Known"],
            response.headers.get("Laneside-Time", self.clock.now().isoformat()),
        )
        number, _, chain = known.partition(" ")
        agrees = number == "0" or (self.chain[: int(number)][-1:] == [chain] and int(number) <= len(self.chain))
        last = self.chain[-1] if self.chain else "0" * 64
        store = f"{self.store_id} {self.generation} {len(self.chain)} {last} {'yes' if agrees else 'no'}"
        digest = hashlib.sha256(response.content).hexdigest()
        signature = request.headers["Laneside-Signature"]
        lines = ("laneside-answer-1", signature, known, str(response.status_code), at, store, digest)
        signed = b64encode(self.key.sign("\n".join(lines).encode())).decode()
        response.headers.update({"Laneside-Time": at, "Laneside-Store": store, "Laneside-Answer": signed})
        return response

    def put_back(self, items):
        """Forget all but the first items, as an older copy of the centre's folder does."""
        self.numbers = {item: number for item, number in self.numbers.items() if number <= items}
        self.kept = {item: body for item, body in self.kept.items() if item in self.numbers}
        self.chain = self.chain[:items]

    def worked(self, request, terminal_id):
        shelf, _, subject = request.url.path.removeprefix("/api/v1/").partition("/")
        if shelf == "store":
            if subject == "evidence":
                self.evidence.append(json.loads(request.content))
            return httpx2.Response(200, content=b"{}")
        if shelf == "heartbeat":
            self.heartbeats.append(json.loads(request.content))
            return httpx2.Response(200, content=canonical({"at": self.clock.now(), "versions": {}}))
        if shelf == "documents":
            asked = request.url.params
            held = (int(asked.get("generation", 0)), int(asked["after"]))
            known = [hashlib.sha256(document_bytes(one)).hexdigest() for one in self.documents if one.kind == subject]
            if "head" in asked and held[0] >= self.generation and asked["head"] not in known:
                return httpx2.Response(409, json={"code": "document-unknown", "text": "…"})
            found = [one for one in self.documents if one.kind == subject and one.order > held]
            return httpx2.Response(200, content=canonical(found))
        return self.take(terminal_id, shelf, subject, request.content)

    def checked(self, request):
        """Check the signature with nothing but the agreed text, and return the terminal's id."""
        terminal_id, sent_at = request.headers["Laneside-Terminal"], request.headers["Laneside-Time"]
        digest = hashlib.sha256(request.content).hexdigest()
        lines = ("laneside-request-1", request.method, request.url.raw_path.decode(), terminal_id, sent_at, digest)
        key = Ed25519PublicKey.from_public_bytes(self.devices[terminal_id])
        key.verify(b64decode(request.headers["Laneside-Signature"]), "\n".join(lines).encode())
        assert not self.checks_time or datetime.fromisoformat(sent_at) == self.clock.now()
        return terminal_id

    def take(self, terminal_id, shelf, subject, body):
        known = (shelf, subject) in self.kept
        same = self.kept.setdefault((shelf, subject), body) == body
        stored = Stored.CONFLICT if not same else Stored.EXISTS if known else Stored.CREATED
        digest = hashlib.sha256(body).hexdigest()
        bare = Receipt(terminal_id=terminal_id, subject=subject, digest=digest, stored=stored, at=self.clock.now())
        if stored is not Stored.CONFLICT:
            bare = msgspec.structs.replace(bare, place=self.place_of(shelf, subject, digest))
        receipt = self.signed(bare)
        if self.forge is not None:
            receipt = self.forge(receipt)
        status = {Stored.CREATED: 201, Stored.EXISTS: 200, Stored.CONFLICT: 409}[stored]
        return httpx2.Response(status, content=canonical(receipt))

    def place_of(self, shelf, subject, digest):
        """Number an item; what a test put into ``kept`` itself is numbered when it comes."""
        if (shelf, subject) not in self.numbers:
            number = len(self.chain) + 1
            lines = (self.chain[-1] if self.chain else "0" * 64, str(number), shelf, subject, digest)
            self.chain.append(hashlib.sha256("\n".join(lines).encode()).hexdigest())
            self.numbers[shelf, subject] = number
        number = self.numbers[shelf, subject]
        return StorePlace(
            store_id=self.store_id, generation=self.generation, number=number, chain=self.chain[number - 1]
        )

    def signed(self, receipt):
        bare = msgspec.structs.replace(receipt, signature=b"")
        return msgspec.structs.replace(bare, signature=self.key.sign(receipt_bytes(bare)))

    def publish(self, kind, version, body, activates_at, key=None):
        bare = SignedDocument(
            kind=kind,
            generation=self.generation,
            version=version,
            activates_at=activates_at,
            body=canonical(body),
            signature=b"",
        )
        document = msgspec.structs.replace(bare, signature=(key or self.key).sign(document_bytes(bare)))
        self.documents.append(document)
        return document
