"""One HTTP exchange with the centre, in whole bodies: an answer of anyone else is a CentreUnreachableError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import httpx2
import msgspec

from laneside.contract.exchange import ANSWER_HEADER, STORE_HEADER, TIME_HEADER, Refusal
from laneside.contract.signing import parse
from laneside.errors import CentreUnreachableError, ContractError

ANSWER_BYTES_MAX: Final = 64 << 20
"""No answer is read beyond this; a provincial list in one document is far smaller."""

T = TypeVar("T")


class CentreReply(msgspec.Struct, frozen=True, kw_only=True):
    """Status and whole body of one answer, and the headers by which it is the centre's; empty without one."""

    status: int
    body: bytes
    centre_time: str = ""
    store: str = ""
    signature: str = ""

    def as_a(self, kind: type[T]) -> T:
        """Read the body as one of the contract's messages; CentreUnreachableError if it is not."""
        try:
            return parse(self.body, kind)
        except ContractError as error:
            raise CentreUnreachableError(
                f"status {self.status} with a body that is not the centre's: {error}"
            ) from error

    @property
    def is_yes(self) -> bool:
        """Return whether the status is one of the 2xx."""
        return 200 <= self.status < 300

    def refusal(self) -> Refusal:
        """Read the refusal of a 4xx. CentreUnreachableError for a 5xx, a redirection, HTML and the like."""
        if not 400 <= self.status < 500:
            raise CentreUnreachableError(f"status {self.status} instead of an answer")
        return self.as_a(Refusal)


class CentreLink:
    """Send requests with an injected client, whose ``base_url`` is the centre's address.

    ``timeout_s`` overrules the client's own time-out, for questions that are not worth a long wait.
    """

    def __init__(self, client: httpx2.Client, *, timeout_s: float | None = None) -> None:
        self._client = client
        self._timeout = client.timeout if timeout_s is None else httpx2.Timeout(timeout_s)

    def target(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """Return the request target as it will go over the wire, for the signature."""
        return self._client.build_request("GET", path, params=query).url.raw_path.decode("ascii")

    def exchange(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> CentreReply:
        """Send one request and read its whole answer. Raises CentreUnreachableError."""
        try:
            with self._client.stream(
                method, path, content=body, params=query, headers=headers, timeout=self._timeout
            ) as response:
                return CentreReply(
                    status=response.status_code,
                    body=_bounded(response),
                    centre_time=response.headers.get(TIME_HEADER, ""),
                    store=response.headers.get(STORE_HEADER, ""),
                    signature=response.headers.get(ANSWER_HEADER, ""),
                )
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise CentreUnreachableError(f"{type(error).__name__}: {error}") from error


def _bounded(response: httpx2.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise CentreUnreachableError("the answer is longer than anything the centre sends")
    return bytes(body)
