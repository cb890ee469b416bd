"""A PSAM that wants its authorisation, with real processes: 97 without the centre, a paid vehicle with it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from street import LANE, Json, Street, do, next_act, street
from timeouts import scaled, until

from laneside.cli.browserless import Browserless, RefusedError
from laneside.cli.demo_data import opened_centre

pytestmark = [pytest.mark.process]

SECONDS = 15.0
"""Five seconds between two tries, and what two busy cores need."""


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[Street]:
    with street(tmp_path, psam="required", plate_reading="off") as running:
        yield running


def psam_becomes(collector: Browserless, state: str) -> bool:
    return until(lambda: collector.status()["psam"] == state, within_s=SECONDS)


def power_off(lane: Street) -> None:
    """Take the power from the PSAM, as a battery change does."""
    port = lane.fleet.roadside.port
    lane.kill("roadside")
    lane.fleet.start_roadside(port=port)


def codes(view: Json) -> list[object]:
    return [finding["code"] for finding in view["findings"]]


def authorisations(lane: Street) -> list[tuple[str, str | None]]:
    with opened_centre(lane.fleet.data / "centre") as centre:
        return [(kept.outcome, kept.status_word) for kept in centre.authorisations.shown()]


def finish(lane: Street, collector: Browserless) -> Json:
    """Work the vehicle to its end and home; the last full page comes back."""
    vehicle = lane.panel.state()["vehicle"]
    view = collector.quiet()
    for _ in range(20):
        act, fields = next_act(view, vehicle)
        if act == "leave":
            collector.act("leave")
            return view
        view = do(collector, act, fields)
    raise AssertionError(view["actions"])


def test_97_without_the_centre_and_a_paid_vehicle_as_soon_as_it_is_there(lane: Street) -> None:
    with lane.collector() as collector:
        assert psam_becomes(collector, "ready"), "authorised by itself at the start"
        port = lane.fleet.centre.port
        lane.kill("centre")
        power_off(lane)
        before = lane.arrive("car-sm4")["card"]
        collector.post("/linkage", lane_hex=LANE)
        assert codes(collector.act("read")) == [97]
        assert psam_becomes(collector, "unauthorised")
        with pytest.raises(RefusedError):
            collector.act("submit")
        time.sleep(6)
        view = collector.act("read")
        assert codes(view) == [97], "the centre is still down"
        assert not {"submit-picture", "quote", "submit"} & set(view["actions"])
        assert lane.card() == before
        lane.centre_again(port)
        assert psam_becomes(collector, "ready")
        view = collector.act("read")
        assert codes(view) == []
        assert finish(lane, collector)["result"]["ending"] == "completed"
        assert lane.card()["balance_fen"] == before["balance_fen"] - 1045
        assert lane.delivered()
        assert len(lane.records(before["card_id"])) == 1
    assert set(authorisations(lane)) == {("issued", "9000")}
    lane.verify_journal()


def test_a_psam_that_lost_its_power_is_authorised_again(lane: Street) -> None:
    with lane.collector() as collector:
        assert psam_becomes(collector, "ready")
        power_off(lane)
        assert until(lambda: len(authorisations(lane)) == 2, within_s=SECONDS)
        assert psam_becomes(collector, "ready")
        lane.arrive("car-3des")
        collector.post("/linkage", lane_hex=LANE)
        assert codes(collector.act("read")) == []
        assert finish(lane, collector)["result"]["ending"] == "completed"
    assert set(authorisations(lane)) == {("issued", "9000")}


def test_a_centre_without_a_signer_refuses_and_says_so(lane: Street) -> None:
    with lane.collector() as collector:
        assert psam_becomes(collector, "ready")
        port = lane.fleet.centre.port
        lane.kill("centre")
        (lane.fleet.data / "centre" / "centre.toml").unlink()
        lane.fleet.start_centre(port=port)
        power_off(lane)
        assert until(lambda: authorisations(lane)[0][0] == "psam-signer-off", within_s=SECONDS)
        lane.arrive("car-3des")
        collector.post("/linkage", lane_hex=LANE)
        assert codes(collector.act("read")) == [97]


def test_the_demo_runs_the_whole_exchange_by_one_option() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "laneside", "demo", "--once", "--psam", "required", "--json"],
        capture_output=True, check=False, timeout=scaled(90),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["outcome"] == "completed"
    assert told["record"]["terminalNo"] == "620100001002"
