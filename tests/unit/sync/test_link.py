"""One exchange with the centre: what is no answer of its, and how much is read at most."""

from __future__ import annotations

import httpx2
import pytest

from laneside.errors import CentreUnreachableError
from laneside.sync import link as link_module
from laneside.sync.link import CentreReply


def test_an_endless_answer_is_cut_off(link, centre, monkeypatch):
    monkeypatch.setattr(link_module, "ANSWER_BYTES_MAX", 1000)

    def endless():
        while True:
            yield b"x" * 100

    centre.trouble = lambda _request: httpx2.Response(200, content=endless())
    with pytest.raises(CentreUnreachableError, match="longer"):
        link.exchange("PUT", "/api/v1/records/R1", body=b"x")


def test_only_a_4xx_with_the_contracts_body_is_a_refusal():
    body = b'{"code":"contract","text":"no"}'
    for status in (400, 403, 409, 499):
        assert CentreReply(status=status, body=body).refusal().code == "contract", status
    for status in (200, 302, 399, 500, 503):
        with pytest.raises(CentreUnreachableError, match=f"status {status}"):
            CentreReply(status=status, body=body).refusal()
    with pytest.raises(CentreUnreachableError, match="status 403"):
        CentreReply(status=403, body=b"<html>").refusal()


def test_the_target_is_what_goes_over_the_wire(link):
    assert link.target("/api/v1/documents/tariff", {"after": "1"}) == "/api/v1/documents/tariff?after=1"
