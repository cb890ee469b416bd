"""Each vehicle, read over the wire by the terminal's own reader and judged by its own rules: exactly its own code."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest
from served_roadside import StillClock, serving

from laneside.contract.parameters import ListedObject, Policy, StatusListFull, StatusListRow
from laneside.passage.checks import CheckContext, facts_of
from laneside.reader.apdu import ApduReader
from laneside.rules.finding import Severity
from laneside.rules.rule_table import check_amount, check_confirmed, check_presented
from laneside.rules.vehicle_facts import SeenVehicle
from laneside.statuslist.index import StatusListIndex
from laneside.virtual.chip_store import RamChipStore
from laneside.virtual.client import RoadsideLink, RoadsidePanel, VirtualLane
from laneside.virtual.vehicles import VEHICLES, listed_keys
from laneside.virtual.world import World

STATION = "62010A0B"
FEE_FEN = 1045


@pytest.fixture(scope="module")
def clock() -> StillClock:
    return StillClock()


@pytest.fixture(scope="module")
def address(clock: StillClock) -> Iterator[tuple[str, int]]:
    with serving(World(store=RamChipStore(), clock=clock, random_bytes=secrets.token_bytes)) as where:
        yield where


def status_list(now: datetime) -> StatusListIndex:
    keys = listed_keys()
    rows = (
        StatusListRow(listed=ListedObject.CARD, key=keys["card"], type_code=1),
        StatusListRow(listed=ListedObject.OBU, key=keys["obu"], type_code=1),
    )
    return StatusListIndex.build(StatusListFull(list_version="202405061200", made_at=now, rows=rows))


@pytest.mark.parametrize("vehicle", VEHICLES, ids=lambda vehicle: vehicle.name)
def test_the_terminal_finds_what_the_story_tells(address, clock: StillClock, vehicle) -> None:
    RoadsidePanel(*address).place(vehicle.name, fresh=True)
    link, lane = RoadsideLink(*address), VirtualLane(*address)
    reader = ApduReader(
        open_card=link.open_card,
        open_tag=link.open_tag,
        open_psam=link.open_psam,
        clock=clock,
        random_bytes=secrets.token_bytes,
    )
    with closing(reader):
        presented = reader.read(search_s=2.0)
    around = CheckContext(
        now=clock.now(),
        station_hex=STATION,
        policy=Policy(),
        status_list=status_list(clock.now()),
        paid=(),
        waiting=lane.waiting(),
    )
    facts = facts_of(presented, around)
    confirmed = SeenVehicle(
        plate=vehicle.plate, colour=vehicle.colour, toll_class=vehicle.toll_class, vehicle_kind=vehicle.kind
    )
    findings = check_presented(facts)
    if not any(finding.severity is Severity.STOP for finding in findings):
        findings += check_confirmed(facts, confirmed) + check_amount(facts, FEE_FEN)
    stopping = [finding.code for finding in findings if finding.severity is Severity.STOP]
    assert stopping == list(vehicle.expected.codes)
    beside = [finding.code for finding in findings if finding.severity is not Severity.STOP]
    assert beside == (["lane-open-trade"] if vehicle.left_by_lane else [])
