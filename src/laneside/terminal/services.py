"""What the terminal's pages work with: the desk and its neighbours, in one value that the composition root fills."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from laneside.passage.desk import Desk
from laneside.passage.duty.duty import Duty
from laneside.passage.trace import Trace
from laneside.passage.views.history import PassageHistory
from laneside.terminal.checkup.report import CheckReport
from laneside.terminal.demo_panel import DemoRoadside
from laneside.terminal.photos import PhotoFolder
from laneside.terminal.preferences import Preferences
from laneside.terminal.station import StationSetup
from laneside.terminal.status import TopLine


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the pages need. ``demo`` is None outside the demo.

    ``top_line`` must not wait for a device. ``checkup`` is 班前检查, which may take seconds where centre or reader do
    not answer. ``traces_of`` returns a vehicle's radio sessions by its passage's id, oldest first.
    """

    desk: Desk
    duty: Duty
    history: PassageHistory
    setup: StationSetup
    photos: PhotoFolder
    preferences: Preferences
    top_line: Callable[[], TopLine]
    checkup: Callable[[], CheckReport]
    traces_of: Callable[[str], tuple[Trace, ...]]
    demo: DemoRoadside | None = None
