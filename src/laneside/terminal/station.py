"""系统配置 and what the pages know of the station: the centre's parameters beside this terminal's own choice."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from laneside.clock import Clock
from laneside.contract.parameters import Lane, Parameters
from laneside.passage.answers import Answer
from laneside.passage.duty.lane_setup import LaneSetup
from laneside.passage.flows.flow import Flow
from laneside.passage.ports import Documents
from laneside.passage.views.view_builder import LANE_USES
from laneside.vocab.provinces import PROVINCES
from laneside.vocab.words import Words


class LaneSetting(msgspec.Struct, frozen=True, kw_only=True):
    """One registered lane in 系统配置; ``exit`` says whether it can be worked at all, ``code`` is its 0019 status."""

    lane_hex: str
    name: str
    use: Words
    code: str
    exit: bool
    enabled: bool


class StationSetup:
    """Show the registered lanes and keep which are enabled."""

    def __init__(self, *, setup: LaneSetup, documents: Documents, flows: tuple[Flow, ...], clock: Clock) -> None:
        self._setup = setup
        self._documents = documents
        self._flows = flows
        self._clock = clock

    def station_name(self) -> str:
        """Return the station's name, empty before the first parameters."""
        parameters = self._parameters()
        return "" if parameters is None else parameters.station.name

    def home_initial(self) -> str:
        """Return the initial of the station's province, or an empty text."""
        parameters = self._parameters()
        code = "" if parameters is None else parameters.station.station_hex[:2]
        return next((province.initial for province in PROVINCES if f"{province.code:02d}" == code), "")

    def lanes(self) -> tuple[LaneSetting, ...]:
        """Return all lanes that the centre registered for this station."""
        parameters = self._parameters()
        enabled = self._setup.enabled()
        lanes = () if parameters is None else parameters.station.lanes
        return tuple(self._setting(lane, enabled) for lane in lanes)

    def enable(self, lanes_hex: frozenset[str]) -> Answer:
        """Enable exactly these lanes; administrators only."""
        return self._setup.enable(lanes_hex)

    def _setting(self, lane: Lane, enabled: frozenset[str]) -> LaneSetting:
        flow = next((flow for flow in self._flows if flow.works_on(lane)), None)
        return LaneSetting(
            lane_hex=lane.lane_hex,
            name=lane.name,
            use=LANE_USES[lane.use],
            code="" if flow is None else flow.lane_code(lane),
            exit=flow is not None,
            enabled=lane.lane_hex in enabled,
        )

    def _parameters(self) -> Parameters | None:
        return self._documents.parameters(self._clock.now())


def lane_id_of(parameters: Parameters | None, lanes_hex: Sequence[str]) -> str:
    """Return the GB code of the first of these lanes, empty without one or for one that the parameters don't have."""
    lanes = () if parameters is None else parameters.station.lanes
    return next((lane.lane_id for lane_hex in lanes_hex[:1] for lane in lanes if lane.lane_hex == lane_hex), "")
