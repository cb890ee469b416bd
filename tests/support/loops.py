"""An event loop of a test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(story: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread: the main one has Playwright's loop while a browser is open."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, story).result()
