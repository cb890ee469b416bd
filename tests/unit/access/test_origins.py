"""Which requests another site caused, as the browser tells, and what they get."""

import pytest

from laneside.access.origins import answer_to_stranger

IMAGE = {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
FRAME = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
OWN, OTHER = "https://centre.example", "https://other.example"


def status(method="GET", **headers):
    """Return the status of the answer; None where the request may go on."""
    told = {"host": "centre.example"} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "method": method,
        "scheme": "https",
        "raw_path": b"/a",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
    }
    answer = answer_to_stranger(scope)
    return None if answer is None else answer.status_code


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_and_typed_addresses_go_on(site):
    assert status(sec_fetch_site=site, **IMAGE) is None
    assert status("POST", sec_fetch_site=site, origin=OWN) is None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_gets_a_page_for_a_link_and_nothing_for_the_rest(site):
    assert [status(sec_fetch_site=site, **kind) for kind in (IMAGE, FRAME, LINK)] == [403, 403, 200]
    assert status("POST", sec_fetch_site=site, **LINK) == 403


def test_without_fetch_metadata_origin_and_referer_tell():
    assert (status(), status(origin=OWN), status(referer=f"{OWN}/page")) == (None, None, None)
    assert (status(origin=OTHER), status(origin="null"), status(referer=f"{OTHER}/page")) == (403, 403, 200)
    assert status(referer="http://[") == 200
    assert (status("POST"), status("POST", origin=OWN), status("POST", origin=OTHER)) == (None, None, 403)
    assert status("POST", origin="http://centre.example") == 403
