"""How long tests wait: every limit of real time is written for a quiet machine and scaled by one factor.

``LANESIDE_TEST_TIMEOUT_FACTOR=4 ./lane test`` waits four times as long before a test gives up.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib import import_module
from typing import Final

FACTOR: Final = float(os.environ.get("LANESIDE_TEST_TIMEOUT_FACTOR", "1"))

LIMITS_OF_THE_PRODUCT: Final = (
    ("laneside.cli.fleet", "START_S_MAX"),
    ("laneside.cli.fleet", "END_S_MAX"),
    ("laneside.cli.browserless", "BUSY_S_MAX"),
    ("laneside.cli.once", "DELIVERY_S_MAX"),
)
"""What tests start and drive processes with waits by these, too."""

POLL_S: Final = 0.02


def scaled(limit: float) -> float:
    """Return a limit, in whatever unit, as it holds on this machine."""
    return limit * FACTOR


DEMO_END_S: Final = scaled(90)
"""The demo ends its three processes one after the other and kills one only after ten seconds: thirty is not enough."""


def until(true: Callable[[], object], *, within_s: float) -> bool:
    """Wait until something holds; False when the scaled time is over."""
    deadline = time.monotonic() + scaled(within_s)
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def scale_the_product() -> None:
    """Scale the product's own limits in this process; called once, before the first test."""
    if FACTOR == 1:
        return
    for room, name in LIMITS_OF_THE_PRODUCT:
        module = import_module(room)
        setattr(module, name, scaled(getattr(module, name)))
