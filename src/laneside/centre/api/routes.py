"""The terminal's interface, version 1."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from laneside.centre.api.answers import answer, answer_receipt, refuse
from laneside.centre.api.request_auth import RequestAuth, SignedRequest, read_body
from laneside.centre.authorisations.authorisations import Authorisations
from laneside.centre.ingest.intake import Intake
from laneside.centre.ingest.uploads import Upload
from laneside.centre.parameters.published import PublishedDocuments
from laneside.centre.photos import Photos
from laneside.centre.settings import Settings
from laneside.centre.store import Store
from laneside.centre.terminals.enrolment import Enrolment
from laneside.centre.terminals.heartbeats import Heartbeats
from laneside.clock import Clock
from laneside.contract.authorisation import PsamAuthorisationRequest, PsamAuthorisationResult
from laneside.contract.exchange import (
    ANSWER_HEADER,
    KNOWN_HEADER,
    SIGNATURE_HEADER,
    STORE_HEADER,
    TERMINAL_HEADER,
    TIME_HEADER,
    EnrolmentRequest,
    Heartbeat,
    HeartbeatReply,
    Receipt,
    Refusal,
    StoreEvidence,
)
from laneside.contract.parameters import DocumentKind
from laneside.contract.signing import answer_bytes, parse
from laneside.errors import ContractError, SignatureError

NO_DOCUMENT: Final = Refusal(code="not-found", text="没有这份参数 / there is no such document")
BAD_VERSION: Final = Refusal(code="contract", text="版本必须是数字 / a version is a number")
UNKNOWN_DOCUMENT: Final = Refusal(
    code="document-unknown",
    text="中心没有终端所持的这份参数 / the centre does not know the document that the terminal holds",
    remedy="终端提交证据后重新下载 / the terminal hands in its signature, then asks again",
)
NOT_OUR_EVIDENCE: Final = Refusal(
    code="signature", text="证据不是本中心签名 / the evidence does not carry this centre's signature"
)
OTHER_LIST: Final = Refusal(
    code="other-subject", text="授权单号与地址不符 / the authorisation's number is not the one in its address"
)
FOREIGN_HEARTBEAT: Final = Refusal(
    code="foreign-terminal", text="心跳属于另一终端 / the heartbeat names another terminal than its sender"
)

Work = Callable[[Request, SignedRequest], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class ApiServices(msgspec.Struct, frozen=True, kw_only=True):
    """The nouns that the interface speaks for."""

    settings: Settings
    clock: Clock
    sign: Callable[[bytes], bytes]
    store: Store
    request_auth: RequestAuth
    enrolment: Enrolment
    heartbeats: Heartbeats
    documents: PublishedDocuments
    intake: Intake
    photos: Photos
    authorisations: Authorisations


def api_routes(services: ApiServices) -> list[Route]:
    """Return the routes below ``/api/v1``."""
    small, large = services.settings.message_bytes_max, services.settings.photo_bytes_max
    return [
        Route("/enrol", _enrol(services), methods=["POST"]),
        Route("/heartbeat", _signed(services, _heartbeat(services), any_time=True), methods=["POST"]),
        Route("/records/{subject}", _signed(services, _take(services.intake.record), body_max=small), methods=["PUT"]),
        Route("/events/{subject}", _signed(services, _take(services.intake.event), body_max=small), methods=["PUT"]),
        Route("/images/{subject}", _signed(services, _take(services.intake.image), body_max=small), methods=["PUT"]),
        Route("/photos/{subject}", _signed(services, _take(services.photos.keep), body_max=large), methods=["PUT"]),
        Route("/psam-authorisations", _signed(services, _authorise_psam(services)), methods=["POST"]),
        Route(
            "/psam-authorisations/{list_number}/result", _signed(services, _authorised_psam(services)), methods=["POST"]
        ),
        Route("/store", _signed(services, _nothing_asked), methods=["GET"]),
        Route("/store/evidence", _signed(services, _weigh(services)), methods=["POST"]),
        Route("/documents/{kind}", _signed(services, _documents_after(services)), methods=["GET"]),
        Route("/documents/{kind}/{version}", _signed(services, _document(services)), methods=["GET"]),
    ]


def _signed(services: ApiServices, work: Work, *, body_max: int | None = None, any_time: bool = False) -> Endpoint:
    """Wrap work that a terminal may ask for; it runs in a thread, for it waits for disk."""
    limit = services.settings.message_bytes_max if body_max is None else body_max

    async def endpoint(request: Request) -> Response:
        admitted = await services.request_auth.admit(request, body_max=limit, any_time=any_time)
        if isinstance(admitted, Refusal):
            response = refuse(admitted)
        else:
            response = await run_in_threadpool(_guarded, work, request, admitted)
        return await run_in_threadpool(_vouched, services, request, _timed(services, response))

    return endpoint


def _vouched(services: ApiServices, request: Request, response: Response) -> Response:
    """Sign an answer for this one request, and say which store gave it and how far it goes: also a refusal."""
    signature = request.headers.get(SIGNATURE_HEADER, "")
    if not signature:
        return response
    known = request.headers.get(KNOWN_HEADER, "0")
    place, agrees = services.store.position(request.headers.get(TERMINAL_HEADER, ""), known)
    words = (place.store_id, str(place.generation), str(place.number), place.chain, "yes" if agrees else "no")
    message = answer_bytes(
        request=signature,
        known=known,
        status=response.status_code,
        centre_time=response.headers[TIME_HEADER],
        store=" ".join(words),
        body=bytes(response.body),
    )
    response.headers[STORE_HEADER] = " ".join(words)
    response.headers[ANSWER_HEADER] = b64encode(services.sign(message)).decode("ascii")
    return response


def _nothing_asked(_request: Request, _signed: SignedRequest) -> Response:
    """Answer with an empty object: what is asked is in the answer's headers."""
    return answer({})


def _guarded(work: Work, request: Request, signed: SignedRequest) -> Response:
    try:
        return work(request, signed)
    except ContractError as error:
        return refuse(Refusal(code=error.code, text=f"消息格式不符 / {error}"))


def _timed(services: ApiServices, response: Response) -> Response:
    """Tell the centre's clock with every answer, so that a terminal whose clock is refused can see by how much."""
    response.headers[TIME_HEADER] = services.clock.now().isoformat()
    return response


def _enrol(services: ApiServices) -> Endpoint:
    def enrol(body: bytes) -> Response:
        try:
            reply = services.enrolment.enrol(parse(body, EnrolmentRequest))
        except ContractError as error:
            return refuse(Refusal(code=error.code, text=f"消息格式不符 / {error}"))
        return refuse(reply) if isinstance(reply, Refusal) else answer(reply, status=201)

    async def endpoint(request: Request) -> Response:
        body = await read_body(request, 4096)
        if isinstance(body, Refusal):
            return _timed(services, refuse(body))
        return _timed(services, await run_in_threadpool(enrol, body))

    return endpoint


def _take(keep: Callable[[Upload], Receipt | Refusal]) -> Work:
    def work(request: Request, signed: SignedRequest) -> Response:
        upload = Upload(
            terminal_id=signed.terminal.terminal_id,
            subject=request.path_params["subject"],
            body=signed.body,
            sent_at=signed.sent_at,
            signature=signed.signature,
        )
        return answer_receipt(keep(upload))

    return work


def _heartbeat(services: ApiServices) -> Work:
    def work(_request: Request, signed: SignedRequest) -> Response:
        beat = parse(signed.body, Heartbeat)
        if beat.terminal_id != signed.terminal.terminal_id:
            return refuse(FOREIGN_HEARTBEAT)
        heard_at = services.heartbeats.take(signed.terminal, beat)
        if isinstance(heard_at, Refusal):
            return refuse(heard_at)
        versions = services.documents.versions(signed.terminal.station_hex)
        return answer(HeartbeatReply(at=heard_at, versions=versions))

    return work


def _authorise_psam(services: ApiServices) -> Work:
    def work(_request: Request, signed: SignedRequest) -> Response:
        asked = parse(signed.body, PsamAuthorisationRequest)
        reply = services.authorisations.ask(signed.terminal.terminal_id, asked)
        return refuse(reply) if isinstance(reply, Refusal) else answer(reply, status=201)

    return work


def _authorised_psam(services: ApiServices) -> Work:
    def work(request: Request, signed: SignedRequest) -> Response:
        result = parse(signed.body, PsamAuthorisationResult)
        if result.list_number != request.path_params["list_number"]:
            return refuse(OTHER_LIST)
        kept = services.authorisations.report(signed.terminal.terminal_id, result)
        return refuse(kept) if isinstance(kept, Refusal) else answer(kept)

    return work


def _weigh(services: ApiServices) -> Work:
    def work(_request: Request, signed: SignedRequest) -> Response:
        try:
            services.store.weigh(signed.terminal.terminal_id, parse(signed.body, StoreEvidence))
        except SignatureError:
            return refuse(NOT_OUR_EVIDENCE)
        return answer({})

    return work


def _documents_after(services: ApiServices) -> Work:
    def work(request: Request, signed: SignedRequest) -> Response:
        """Hand out what follows the document that the device holds, which must be one that is known here."""
        kind, asked = _kind(request.path_params["kind"]), request.query_params
        after, generation, held = asked.get("after", "0"), asked.get("generation", "0"), asked.get("head", "")
        if kind is None:
            return refuse(NO_DOCUMENT)
        if not (_is_version(after) and _is_version(generation)):
            return refuse(BAD_VERSION)
        station = signed.terminal.station_hex
        if held and not services.documents.knows(station, kind, int(after), int(generation), held):
            return refuse(UNKNOWN_DOCUMENT)
        return answer(services.documents.after(station, kind, int(after), int(generation)))

    return work


def _document(services: ApiServices) -> Work:
    def work(request: Request, signed: SignedRequest) -> Response:
        kind, version = _kind(request.path_params["kind"]), request.path_params["version"]
        station = signed.terminal.station_hex
        if kind is None:
            return refuse(NO_DOCUMENT)
        if version == "newest":
            found = services.documents.newest(station, kind)
        elif _is_version(version):
            found = services.documents.version(station, kind, int(version))
        else:
            return refuse(BAD_VERSION)
        return refuse(NO_DOCUMENT) if found is None else answer(found)

    return work


def _kind(text: str) -> DocumentKind | None:
    return DocumentKind(text) if text in set(DocumentKind) else None


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
