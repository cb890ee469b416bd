"""The centre's time on the terminal's clock: how far it is off, and how an excursion of it ends."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import msgspec
import pytest

from laneside.contract.parameters import DocumentKind, Policy
from laneside.errors import JournalError
from laneside.journal.entry import CLOCK_ANCHORED, Outgoing
from laneside.journal.journal import Journal
from laneside.sync.centre_client import CentreClient
from laneside.sync.time_anchor import TimeAnchor

DAY = timedelta(days=1)


@pytest.fixture
def anchor(journal):
    return TimeAnchor(journal, policy=Policy)


@pytest.fixture
def asking(link, identity, journal, anchor):
    """Return the client of a terminal whose clock hears the centre's time."""
    return CentreClient(link, identity, clock=journal.clock, tell_time=anchor.told)


@pytest.fixture
def excursion(journal, clock):
    """Write under a clock that is 400 days ahead, then set it right."""
    right = clock.at
    clock.at += 400 * DAY
    journal.append("step", b"from the future")
    clock.at = right
    return right


def test_without_a_centre_the_clock_is_held_against_its_own_seconds(journal, clock):
    clock.sleep(1000)
    assert (journal.clock.off_s(), journal.clock.is_compared) == (0, False)
    clock.at += timedelta(seconds=700)
    assert journal.clock.off_s() == 700
    clock.at -= timedelta(seconds=1400)
    assert journal.clock.off_s() == -700


@pytest.mark.parametrize("off_s", [-86400 * 365, -301, 0, 45, 86400 * 365])
def test_the_centres_time_says_how_far_it_is_off(journal, clock, anchor, off_s):
    anchor.told(clock.now() - timedelta(seconds=off_s))
    clock.sleep(60)
    assert (journal.clock.off_s(), journal.clock.is_compared) == (off_s, True)


def test_an_excursion_ends_by_the_centres_time(journal, clock, anchor, excursion):
    assert journal.clock.now() == excursion + 400 * DAY
    anchor.told(clock.now())
    assert (journal.clock.now(), journal.clock.behind_s()) == (excursion, 0)
    entry = journal.latest(CLOCK_ANCHORED)
    assert (entry.at, msgspec.json.decode(entry.payload)) == (excursion, {"ahead_s": 400 * 86400, "by": "centre"})
    clock.sleep(5)
    assert journal.append("step", b"").at == clock.now()
    journal.verify()


def test_it_stays_ended_after_a_restart_and_a_small_step_back_is_held_again(journal, clock, anchor, excursion):
    anchor.told(clock.now())
    again = Journal(journal._connection, clock=clock, terminal_id="T1")
    assert again.clock.now() == excursion
    clock.at -= timedelta(seconds=20)
    assert again.clock.now() == excursion, "never below an entry since the anchor"
    anchor.told(clock.now())
    assert len(again.of_kind(CLOCK_ANCHORED)) == 1, "a small step ends by itself"


def test_a_clock_that_is_wrong_anchors_nothing(journal, clock, anchor, excursion):
    anchor.told(clock.now() + 30 * DAY)
    assert journal.of_kind(CLOCK_ANCHORED) == ()
    assert journal.clock.now() == excursion + 400 * DAY


def test_a_disk_that_refuses_the_anchor_leaves_the_floor_where_it_was(journal, clock, anchor, excursion, monkeypatch):
    def full(*_):
        raise JournalError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "_write", full)
        with pytest.raises(JournalError):
            anchor.told(clock.now())
    assert journal.clock.now() == excursion + 400 * DAY
    anchor.told(clock.now())
    assert journal.clock.now() == excursion


def test_what_came_after_the_anchor_belongs_to_what_began_in_the_future(journal, clock, anchor):
    right = clock.at
    clock.at += 400 * DAY
    begun = journal.append("login", b"").at
    clock.at = right
    anchor.told(clock.now())
    journal.append("record", b"x", subject="R1")
    assert [entry.subject for entry in journal.of_kind("record", since=begun)] == ["R1"]
    clock.sleep(3600)
    shown = journal.of_kind("record", since=clock.now())
    assert [entry.subject for entry in shown] == ["R1"], "rather too much than too little"


def test_the_answer_that_refuses_a_wrong_clock_is_what_anchors_it(asking, centre, journal, excursion):
    """A request with the floored time is turned away; that answer carries the right time, signed."""

    def judged(request):
        sent_at = request.headers["Laneside-Time"]
        if sent_at > (excursion + DAY).isoformat():
            return httpx2.Response(401, json={"code": "clock", "text": "…"})
        return None

    centre.says = judged
    centre.checks_time = False
    assert "clock" in asking.check().trouble
    assert journal.clock.now() == excursion
    assert asking.put(Outgoing.EVENT, "E1", b"x").subject == "E1"
    assert asking.documents(DocumentKind.TARIFF, None) == ()


def test_a_time_that_the_centre_did_not_sign_moves_nothing(asking, centre, clock, journal):
    def lying(request):
        response = centre.vouched(request, httpx2.Response(200, content=b"[]"))
        response.headers["Laneside-Time"] = (clock.now() + DAY).isoformat()
        return response

    centre.trouble = lying
    assert asking.check().trouble
    assert (journal.clock.off_s(), journal.clock.is_compared) == (0, False)
