"""The supervised child behind one PC/SC reader."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from laneside.devices.child import Child

WORKER = Path(__file__).with_name("pcsc_worker.py")
START_TIMEOUT_S: Final = 10.0


class PcscWorker(Child):
    """One child process that speaks to one reader. Raises ChildError when it does not come up."""

    def __init__(self) -> None:
        super().__init__([sys.executable, "-I", str(WORKER)])
        self.ask("hello", timeout_s=START_TIMEOUT_S)
