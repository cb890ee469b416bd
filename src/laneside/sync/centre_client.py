"""The centre's interface for an enrolled terminal: signed requests out, checked answers back."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Final
from urllib.parse import quote

import msgspec

from laneside.clock import Clock
from laneside.contract.authorisation import (
    PsamAuthorisationReply,
    PsamAuthorisationRequest,
    PsamAuthorisationResult,
    authorisation_bytes,
)
from laneside.contract.exchange import (
    SIGNATURE_HEADER,
    TERMINAL_HEADER,
    TIME_HEADER,
    Heartbeat,
    HeartbeatReply,
    Receipt,
    Refusal,
    Stored,
)
from laneside.contract.parameters import DocumentKind, SignedDocument
from laneside.contract.signing import canonical, digest, receipt_bytes, request_bytes, verify
from laneside.errors import CentreUnreachableError, SignatureError
from laneside.journal.entry import Outgoing
from laneside.sync.identity import Identity
from laneside.sync.link import CentreLink, CentreReply

_PATHS: Final = {
    Outgoing.RECORD: "records",
    Outgoing.EVENT: "events",
    Outgoing.IMAGE: "images",
    Outgoing.PHOTO: "photos",
}
_CONFLICT: Final = 409
_NOTHING_NEW: Final = 10**9 - 1
_ABOUT_THE_ITEM: Final = frozenset({400, 409, 410, 413, 415, 422})
"""The statuses by which the centre refuses this one upload. Any other refusal (a revoked key, a clock too far off, too
many requests) is about the terminal: every upload would get it, so all of them wait until it is cleared."""


class CentreCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the centre takes this terminal (``trouble`` is empty then), and how far its clock is ahead of ours."""

    clock_ahead_s: float | None
    trouble: str


class CentreClient:
    """Ask the centre as ``identity``. Any thread may call."""

    def __init__(self, link: CentreLink, identity: Identity, *, clock: Clock) -> None:
        self._link = link
        self._identity = identity
        self._clock = clock

    def put(self, kind: Outgoing, subject: str, body: bytes) -> Receipt | Refusal:
        """Deliver one item; the receipt is signed by the pinned centre for exactly this terminal, subject and body.

        A receipt may say conflict. Raises CentreUnreachableError, and SignatureError for a receipt that is not bound.
        """
        media = "image/jpeg" if kind is Outgoing.PHOTO else "application/json"
        reply = self._ask("PUT", f"/api/v1/{_PATHS[kind]}/{quote(subject, safe='')}", body=body, media=media)
        if reply.is_yes:
            return self._checked(reply.as_a(Receipt), subject, body)
        refusal_or_receipt = _receipt_of_conflict(reply)
        if refusal_or_receipt is not None:
            return self._checked(refusal_or_receipt, subject, body)
        refusal = reply.refusal()
        if reply.status not in _ABOUT_THE_ITEM:
            raise CentreUnreachableError(f"the centre turns this terminal away: {refusal.code}: {refusal.text}")
        return refusal

    def heartbeat(self, heartbeat: Heartbeat) -> HeartbeatReply:
        """Send the terminal's state and return what the centre knows of it. Raises CentreUnreachableError."""
        reply = self._ask("POST", "/api/v1/heartbeat", body=canonical(heartbeat))
        return _yes(reply).as_a(HeartbeatReply)

    def authorise_psam(self, request: PsamAuthorisationRequest) -> PsamAuthorisationReply | Refusal:
        """Ask for the answer to a PSAM's challenge; it is signed by the pinned centre for exactly this challenge.

        Raises CentreUnreachableError, and SignatureError for an answer that is not bound.
        """
        reply = self._ask("POST", "/api/v1/psam-authorisations", body=canonical(request))
        if not reply.is_yes:
            return reply.refusal()
        answer = reply.as_a(PsamAuthorisationReply)
        verify(self._identity.centre_key, answer.signature, authorisation_bytes(answer))
        bound = (answer.terminal_id, answer.psam_number, answer.random)
        if bound != (self._identity.terminal_id, request.psam_number, request.random):
            raise SignatureError("the authorisation answers another terminal, PSAM or challenge")
        return answer

    def report_psam(self, result: PsamAuthorisationResult) -> None:
        """Report what a PSAM answered; a definite refusal is final. Raises CentreUnreachableError."""
        number = quote(result.list_number, safe="")
        reply = self._ask("POST", f"/api/v1/psam-authorisations/{number}/result", body=canonical(result))
        if not reply.is_yes:
            reply.refusal()

    def check(self) -> CentreCheck:
        """Ask for nothing new, only whether the centre takes this terminal and what its clock says; never raises."""
        sent_at, start_s = self._clock.now(), self._clock.monotonic_s()
        path = f"/api/v1/documents/{DocumentKind.PARAMETERS}"
        try:
            reply = self._ask("GET", path, query={"after": str(_NOTHING_NEW)})
            travel_s = self._clock.monotonic_s() - start_s
            trouble = "" if reply.is_yes else f"{reply.refusal().code}: {reply.refusal().text}"
        except CentreUnreachableError as error:
            return CentreCheck(clock_ahead_s=None, trouble=str(error))
        return CentreCheck(clock_ahead_s=_ahead_s(reply, sent_at, travel_s), trouble=trouble)

    def documents(self, kind: DocumentKind, *, after: int) -> tuple[SignedDocument, ...]:
        """Fetch the documents of one kind with a version above ``after``, oldest first; they are not verified here."""
        reply = self._ask("GET", f"/api/v1/documents/{kind}", query={"after": str(after)})
        found = _yes(reply).as_a(list[SignedDocument])
        return tuple(sorted(found, key=lambda document: document.version))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        query: dict[str, str] | None = None,
        media: str = "application/json",
    ) -> CentreReply:
        sent_at = self._clock.now().isoformat()
        terminal_id = self._identity.terminal_id
        target = self._link.target(path, query)
        message = request_bytes(method=method, path=target, terminal_id=terminal_id, sent_at=sent_at, body=body)
        signed = {
            TERMINAL_HEADER: terminal_id,
            TIME_HEADER: sent_at,
            SIGNATURE_HEADER: b64encode(self._identity.sign(message)).decode("ascii"),
            "Content-Type": media,
        }
        return self._link.exchange(method, path, body=body, query=query, headers=signed)

    def _checked(self, receipt: Receipt, subject: str, body: bytes) -> Receipt:
        """Return the receipt if it is the pinned centre's for this upload, else raise SignatureError."""
        verify(self._identity.centre_key, receipt.signature, receipt_bytes(receipt))
        if (receipt.terminal_id, receipt.subject) != (self._identity.terminal_id, subject):
            raise SignatureError("the receipt is for another terminal or another upload")
        # In a conflict the digest may be that of what the centre holds.
        if receipt.stored is not Stored.CONFLICT and receipt.digest != digest(body):
            raise SignatureError("the receipt is for other content than was sent")
        return receipt


def _ahead_s(reply: CentreReply, sent_at: datetime, travel_s: float) -> float | None:
    """Return how far the centre's clock is ahead, by the header of any answer, also of a refusal; None without one.

    The centre read its clock somewhere between our question and its answer: the middle is the best guess.
    """
    try:
        centre_at = datetime.fromisoformat(reply.centre_time)
    except ValueError:
        return None
    if centre_at.tzinfo is None:
        return None
    return (centre_at - sent_at).total_seconds() - travel_s / 2


def _receipt_of_conflict(reply: CentreReply) -> Receipt | None:
    """Return the signed receipt that a 409 may carry; None if it carries a plain refusal."""
    if reply.status != _CONFLICT:
        return None
    try:
        return reply.as_a(Receipt)
    except CentreUnreachableError:
        return None


def _yes(reply: CentreReply) -> CentreReply:
    """Return a 2xx; raise CentreUnreachableError for the refusal of a request that only asks."""
    if reply.is_yes:
        return reply
    refusal = reply.refusal()
    raise CentreUnreachableError(f"the centre turns this terminal away: {refusal.code}: {refusal.text}")
