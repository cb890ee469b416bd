"""What takes the place of a lane's computer where the lane has no link."""

from __future__ import annotations

from laneside.passage.lane import Conclusion, Waiting


class NoLane:
    """No lane's computer (a :class:`laneside.passage.lane.LaneLink`): the collector opens the barrier (人工放行)."""

    @property
    def attached(self) -> bool:
        """False: nothing is behind this link."""
        return False

    def occupy(self, lane_hex: str) -> None:
        """Do nothing."""

    def waiting(self) -> Waiting:
        """Return that nothing is known."""
        return Waiting()

    def conclude(self, conclusion: Conclusion) -> None:
        """Do nothing."""

    def release(self) -> None:
        """Do nothing."""
