"""班前检查 and ``laneside doctor``: is this terminal fit for a shift, and if not, what is to be done.

Measuring and judging are apart: ``Facts`` are what was found, ``judged`` says ok, warn or stop by the centre's limits.
Nothing here may change a chip, the journal or the lane.
"""

from laneside.terminal.checkup.checkup import Checkup, Ways
from laneside.terminal.checkup.facts import Facts
from laneside.terminal.checkup.report import CheckItem, CheckLevel, CheckReport
from laneside.terminal.checkup.verdicts import judged

__all__ = ["CheckItem", "CheckLevel", "CheckReport", "Checkup", "Facts", "Ways", "judged"]
