"""The use case: a vehicle through an open exit, step by step, with its decisions, its recovery and the duty.

Ports only: no socket, no clock of its own, no HTML. A page shows ``view`` and calls ``Desk``; the state of a vehicle is
the fold over its notes in the journal.
"""

from laneside.passage.answers import DONE, Answer, Done, Rejected, rejected
from laneside.passage.desk import Desk
from laneside.passage.duty import Duty, OnDuty, verifier
from laneside.passage.lane import Conclusion, LaneLink, Waiting, WaitingTrade
from laneside.passage.ledger import Ledger
from laneside.passage.logbook import Logbook, OpenDebit
from laneside.passage.ports import (
    Documents,
    PhotoStore,
    PlateReader,
    PlateSight,
    PlatesSeen,
    PlatesUnread,
    RandomBytes,
    SeenPlate,
    TerminalIdentity,
    Worker,
)
from laneside.passage.setup import Setup
from laneside.passage.shift_book import ShiftBook
from laneside.passage.steps import is_exit
from laneside.passage.trace import Trace, TraceKeeper, TraceLine, traces_of
from laneside.passage.vehicle_work import Equipment
from laneside.passage.view import Action, Activity, Ending, PassageView, Step, Words

__all__ = [
    "DONE",
    "Action",
    "Activity",
    "Answer",
    "Conclusion",
    "Desk",
    "Documents",
    "Done",
    "Duty",
    "Ending",
    "Equipment",
    "LaneLink",
    "Ledger",
    "Logbook",
    "OnDuty",
    "OpenDebit",
    "PassageView",
    "PhotoStore",
    "PlateReader",
    "PlateSight",
    "PlatesSeen",
    "PlatesUnread",
    "RandomBytes",
    "Rejected",
    "SeenPlate",
    "Setup",
    "ShiftBook",
    "Step",
    "TerminalIdentity",
    "Trace",
    "TraceKeeper",
    "TraceLine",
    "Waiting",
    "WaitingTrade",
    "Words",
    "Worker",
    "is_exit",
    "rejected",
    "traces_of",
    "verifier",
]
