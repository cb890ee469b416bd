"""Today's vehicles, one vehicle with its exchanges, and photos."""

from __future__ import annotations

from msgspec.structs import replace
from samples import PHOTO

from laneside.contract.parameters import Role


def test_photos_are_named_by_their_digest_and_nothing_else(page):
    assert page.client.get(f"/photos/{PHOTO}").headers["content-type"] == "image/jpeg"
    for name in ("..%2f..%2fetc%2fpasswd", "AB" * 32, "a" * 63, "g" * 64):
        assert page.client.get(f"/photos/{name}").status_code == 404


def test_a_record_or_slip_that_is_not_there_is_404(page):
    assert page.client.get("/records/none").status_code == 404
    assert page.client.get("/records/p3/slip").status_code == 404
    assert page.client.get("/records/p1/slip").status_code == 200


def test_a_technician_sees_the_exchanges_and_a_collector_does_not(stranger):
    for role in Role:
        stranger.gallery.duty = replace(stranger.gallery.duty, role=role)
        stranger.login()
        shown = stranger.client.get("/records/p1").text
        assert ("8054 debit" in shown) is (role is not Role.COLLECTOR)
        assert ("省略 12 次" in shown) is (role is not Role.COLLECTOR)
        assert "8054 debit" not in stranger.client.get("/records/p1/slip").text
