"""A real server on loopback, in a thread of its own, over a world in a folder."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from served_roadside import StillClock, serving
from timeouts import scaled

from laneside.virtual.chip_store import FolderChipStore
from laneside.virtual.client import RoadsideLink, RoadsidePanel, VirtualLane
from laneside.virtual.world import World


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The three clients of one address."""

    address: tuple[str, int]
    link: RoadsideLink
    panel: RoadsidePanel
    lane: VirtualLane


def clients_of(host: str, port: int) -> Clients:
    return Clients(
        address=(host, port),
        link=RoadsideLink(host, port, answer_timeout_s=scaled(2.0)),
        panel=RoadsidePanel(host, port),
        lane=VirtualLane(host, port),
    )


@pytest.fixture
def roadside(tmp_path: Path) -> Iterator[Clients]:
    world = World(store=FolderChipStore(tmp_path), clock=StillClock(), random_bytes=secrets.token_bytes)
    with serving(world) as (host, port):
        yield clients_of(host, port)
