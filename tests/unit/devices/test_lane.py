"""A terminal without a lane computer."""

from __future__ import annotations

from laneside.devices.lane import NoLane
from laneside.passage.lane import Conclusion, LaneLink, Waiting


def test_no_lane_knows_nothing_and_accepts_everything() -> None:
    lane: LaneLink = NoLane()
    lane.occupy("62010A0B11")
    lane.conclude(Conclusion(passage_id="p1", open_barrier=True, display="10.45"))
    lane.release()
    assert (lane.attached, lane.waiting()) == (False, Waiting())
