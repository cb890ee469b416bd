"""系统配置: which of the registered exit lanes this terminal may take. The journal keeps each change."""

from __future__ import annotations

import msgspec
from msgspec import field

from laneside.contract.parameters import Role
from laneside.contract.signing import canonical
from laneside.journal.journal import Journal
from laneside.passage.answers import DONE, Answer, rejected
from laneside.passage.duty.duty import Duty

KIND = "setup"


class LaneSetupNote(msgspec.Struct, frozen=True, kw_only=True):
    """The lanes enabled from now on, by hex code, and who said so."""

    lanes: tuple[str, ...] = field(name="lanes")
    by: str = field(name="by")


class LaneSetup:
    """Keep the choice of lanes; only an administrator on duty may change it."""

    def __init__(self, *, journal: Journal, duty: Duty) -> None:
        self._journal = journal
        self._duty = duty

    def enabled(self) -> frozenset[str]:
        """Return the hex codes of the enabled lanes."""
        entry = self._journal.latest(KIND)
        if entry is None:
            return frozenset()
        return frozenset(msgspec.json.decode(entry.payload, type=LaneSetupNote).lanes)

    def enable(self, lanes: frozenset[str]) -> Answer:
        """Replace the set of enabled lanes."""
        duty = self._duty.on_duty
        if duty is None or duty.role is not Role.ADMINISTRATOR:
            return rejected("", "只有管理员可以修改系统配置", "Only an administrator may change the set-up")
        note = LaneSetupNote(lanes=tuple(sorted(lanes)), by=duty.operator_id)
        self._journal.append(KIND, canonical(note), subject=duty.operator_id)
        return DONE
