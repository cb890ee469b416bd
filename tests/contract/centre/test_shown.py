"""Whatever the door takes, the pages show; whatever it refuses, it refuses in words."""

import json
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from laneside.contract.signing import canonical

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from((10**26, -(10**26), 2**63, 0, -1, 255, 256)),
    st.floats(),
    st.text(max_size=30),
    st.text(alphabet="0123456789²٣३３①", min_size=1, max_size=40),
    st.sampled_from(
        ("甘A12345_²", "甘A12345_8", "_", "..", "a/b", "甘_" + "1" * 5000, "\x00", "\ud800", "<b>", "x" * 5000)
    ),
    st.from_regex(r"[0-9]{8}([0-9]{6})?", fullmatch=True),
    st.from_regex(r"[0-9a-fA-F]{10}|[0-9a-f]{64}", fullmatch=True),
    st.lists(st.text(max_size=5), max_size=3),
    st.just([[[[]]]] * 2000),
)
SHELVES = st.sampled_from(("records", "records", "events", "images"))
FIELDS = st.lists(st.tuples(st.integers(0, 200), ODD), min_size=1, max_size=3)
numbers = count(1)


def odd_message(device, shelf, changes):
    """Return an upload's id and its JSON with some of its fields, whichever the numbers choose, made odd."""
    number = next(numbers)
    whole = {
        "records": lambda: device.upload(passage_id="P9"),
        "events": lambda: device.event(f"E{number}", kind=("open-debit", "refused")[number % 2]),
        "images": lambda: device.image(f"I{number}"),
    }[shelf]()
    told = json.loads(canonical(whole))
    places = [(told, key) for key in told if key != "record"]
    places += [(told["record"], key) for key in told.get("record", ())] * 2
    for place, value in changes:
        holder, key = places[place % len(places)]
        holder[key] = value
    return str((told.get("record") or told)["id"]), json.dumps(told).encode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shelf=SHELVES, changes=FIELDS)
def test_whatever_the_door_takes_every_page_shows(visitor, device, shelf, changes):
    subject, body = odd_message(device, shelf, changes)
    if not subject.isascii() or not subject.isalnum():
        return  # no address leads to such an id
    answer = device.put(shelf, subject, body)
    assert answer.status_code in {200, 201, 400, 404, 409, 413, 422}, answer.text
    if answer.status_code not in {200, 201}:
        return
    pages = ["/records", "/events", "/alarms", f"/{shelf}/{subject}" if shelf != "images" else "/events"]
    assert {page: visitor.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
    assert "无法显示" not in visitor.get(pages[-1]).text
