"""A real server on loopback, in a thread of its own, over a world in a folder."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from timeouts import scaled

from laneside.devices import RoadsideLink, RoadsidePanel, VirtualLane
from laneside.virtual.chip_store import FolderChipStore
from laneside.virtual.server import serving
from laneside.virtual.world import World


class StillClock:
    def __init__(self) -> None:
        self.moment = datetime(2024, 5, 6, 4, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic_s(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Street:
    """The three clients of one address."""

    address: tuple[str, int]
    link: RoadsideLink
    panel: RoadsidePanel
    lane: VirtualLane


def street_at(host: str, port: int) -> Street:
    return Street(
        address=(host, port),
        link=RoadsideLink(host, port, answer_timeout_s=scaled(2.0)),
        panel=RoadsidePanel(host, port),
        lane=VirtualLane(host, port),
    )


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    world = World(store=FolderChipStore(tmp_path), clock=StillClock(), random_bytes=secrets.token_bytes)
    with serving(world) as (host, port):
        yield street_at(host, port)
