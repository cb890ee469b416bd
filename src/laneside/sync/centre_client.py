"""The centre's interface for an enrolled terminal: signed requests out, checked answers back."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
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
    KNOWN_HEADER,
    SIGNATURE_HEADER,
    TERMINAL_HEADER,
    TIME_HEADER,
    Heartbeat,
    HeartbeatReply,
    Receipt,
    Refusal,
    Stored,
    StoreEvidence,
    StorePlace,
)
from laneside.contract.parameters import DocumentHead, DocumentKind, SignedDocument
from laneside.contract.signing import (
    answer_bytes,
    canonical,
    digest,
    document_bytes,
    receipt_bytes,
    request_bytes,
    verify,
)
from laneside.errors import CentreUnreachableError, SignatureError
from laneside.journal.entry import Outgoing
from laneside.sync.identity import Identity
from laneside.sync.link import CentreLink, CentreReply

if TYPE_CHECKING:
    from laneside.sync.agreement import Agreement

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
    """Ask the centre as ``identity``. Any thread may call.

    Only what carries the pinned centre's signature over this very question is an answer: anything else, whatever its
    status, is a CentreUnreachableError. Without ``items`` nothing is said of what the terminal knows; ``tell_time``
    gets the centre's signed time with each answer.
    """

    def __init__(
        self,
        link: CentreLink,
        identity: Identity,
        *,
        clock: Clock,
        items: Agreement | None = None,
        tell_time: Callable[[datetime], None] | None = None,
    ) -> None:
        self._link = link
        self._identity = identity
        self._clock = clock
        self._items = items
        self._tell_time = tell_time

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

    def documents(self, kind: DocumentKind, held: DocumentHead | None) -> tuple[SignedDocument, ...] | None:
        """Fetch the documents of one kind that come after ``held``, oldest first; they are not verified here.

        None where the centre does not know the one that is held.
        """
        query = {"after": "0"}
        if held is not None:
            head = digest(document_bytes(held))
            query = {"after": str(held.version), "generation": str(held.generation), "head": head}
        reply = self._ask("GET", f"/api/v1/documents/{kind}", query=query)
        if reply.status == _CONFLICT:
            return None
        found = _yes(reply).as_a(list[SignedDocument])
        return tuple(sorted(found, key=lambda document: document.order))

    def holds(self, number: int, chain: str) -> bool:
        """Return whether the centre has this terminal's item of this number, with all before it."""
        _, agrees = _position(_yes(self._ask("GET", "/api/v1/store", known=f"{number} {chain}")))
        return agrees

    def contact(self) -> None:
        """Ask for nothing but which store the centre has, and whether it agrees. Raises CentreUnreachableError."""
        _yes(self._ask("GET", "/api/v1/store"))

    def prove(self, evidence: StoreEvidence) -> None:
        """Hand in what shows that the centre was put back. Raises CentreUnreachableError."""
        _yes(self._ask("POST", "/api/v1/store/evidence", body=canonical(evidence)))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        query: dict[str, str] | None = None,
        media: str = "application/json",
        known: str | None = None,
    ) -> CentreReply:
        """Ask, and check that the pinned centre answered. ``known`` asks about something else than the newest."""
        claimed = known or ("0" if self._items is None else self._items.known())
        sent_at = self._clock.now().isoformat()
        terminal_id = self._identity.terminal_id
        target = self._link.target(path, query)
        message = request_bytes(method=method, path=target, terminal_id=terminal_id, sent_at=sent_at, body=body)
        signed = {
            TERMINAL_HEADER: terminal_id,
            TIME_HEADER: sent_at,
            SIGNATURE_HEADER: b64encode(self._identity.sign(message)).decode("ascii"),
            KNOWN_HEADER: claimed,
            "Content-Type": media,
        }
        start_s = self._clock.monotonic_s()
        reply = self._link.exchange(method, path, body=body, query=query, headers=signed)
        self._check_answer(reply, request=signed[SIGNATURE_HEADER], known=claimed)
        centre_at = _moment(reply.centre_time)
        if self._tell_time is not None and centre_at is not None:
            # The centre read its clock somewhere between our question and its answer: the middle is the best guess.
            self._tell_time(centre_at + timedelta(seconds=(self._clock.monotonic_s() - start_s) / 2))
        if known is None and self._items is not None:
            place, agrees = _position(reply)
            self._items.told(place, agrees=agrees)
        return reply

    def _check_answer(self, reply: CentreReply, *, request: str, known: str) -> None:
        message = answer_bytes(
            request=request,
            known=known,
            status=reply.status,
            centre_time=reply.centre_time,
            store=reply.store,
            body=reply.body,
        )
        try:
            verify(self._identity.centre_key, b64decode(reply.signature, validate=True), message)
        except (SignatureError, ValueError) as error:
            raise CentreUnreachableError(
                f"what answered is not this terminal's centre (status {reply.status}, no signature of it)"
            ) from error

    def _checked(self, receipt: Receipt, subject: str, body: bytes) -> Receipt:
        """Return the receipt if it is the pinned centre's for this upload, else raise SignatureError."""
        verify(self._identity.centre_key, receipt.signature, receipt_bytes(receipt))
        if (receipt.terminal_id, receipt.subject) != (self._identity.terminal_id, subject):
            raise SignatureError("the receipt is for another terminal or another upload")
        # In a conflict the digest may be that of what the centre holds.
        if receipt.stored is not Stored.CONFLICT and receipt.digest != digest(body):
            raise SignatureError("the receipt is for other content than was sent")
        return receipt


def _position(reply: CentreReply) -> tuple[StorePlace, bool]:
    """Read which store answered, how far it goes, and whether it has what the question said was known."""
    words = reply.store.split(" ")
    if len(words) != 5 or not all(word.isascii() and word.isdigit() and len(word) < 16 for word in words[1:3]):
        raise CentreUnreachableError(f"the centre names its store as {reply.store!r}")
    store_id, generation, number, chain, agrees = words
    place = StorePlace(store_id=store_id, generation=int(generation), number=int(number), chain=chain)
    return place, agrees == "yes"


def _ahead_s(reply: CentreReply, sent_at: datetime, travel_s: float) -> float | None:
    """Return how far the centre's clock is ahead, by the header of any answer, also of a refusal; None without one.

    The centre read its clock somewhere between our question and its answer: the middle is the best guess.
    """
    centre_at = _moment(reply.centre_time)
    return None if centre_at is None else (centre_at - sent_at).total_seconds() - travel_s / 2


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


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
