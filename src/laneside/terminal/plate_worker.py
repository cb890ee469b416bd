"""The thread that waits for the plate-reading process, so that no page and no device job does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from threading import Event, Lock
from typing import Final

from laneside.devices.plates import NOT_INSTALLED, PlateProcess
from laneside.plates.reading import PlateSight, PlatesUnread

BUSY: Final = "busy"

Answer = Callable[[PlateSight], None]


class PlateWorker:
    """Read photos one after the other, the newest first (a :class:`laneside.passage.ports.PlateReader`).

    ``defect`` gets what an answer's receiver raised. Once the answer was that nothing is installed, ``available`` is
    False and no one need ask again.
    """

    def __init__(self, process: PlateProcess, *, defect: Callable[[BaseException], None]) -> None:
        self._process = process
        self._defect = defect
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="plates")
        # Guards _newest, which pages set and the worker's thread takes. No other lock is taken under it.
        self._lock = Lock()
        self._newest: tuple[bytes, Answer] | None = None
        self._installed = True
        self._closing = Event()

    @property
    def available(self) -> bool:
        """False once the process has answered that plate reading is not installed here."""
        return self._installed

    def warm(self) -> None:
        """Start the process and let it load its models."""
        self._queue(self._process.start)

    def read(self, photo: bytes, answer: Answer) -> None:
        """Read a photo after the one that is being read; it replaces one that still waits for its turn."""
        with self._lock:
            self._newest = photo, answer
        self._queue(self._read_newest)

    def trouble(self, within_s: float) -> str:
        """Return why no plate can be read: empty, ``not-installed``, ``hung``, ``lost``; ``busy`` until it is known."""
        try:
            return self._pool.submit(self._process.start).result(within_s)
        except FutureTimeoutError:
            return BUSY

    def close(self) -> None:
        """End the process; a photo that is being read is read again after the next start."""
        self._closing.set()
        self._process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._process.end()

    def _read_newest(self) -> None:
        with self._lock:
            wanted, self._newest = self._newest, None
        if wanted is None or self._closing.is_set():
            return
        photo, answer = wanted
        sight = self._process.read(photo)
        if self._closing.is_set():
            return
        self._installed = sight != PlatesUnread(trouble=NOT_INSTALLED)
        answer(sight)

    def _queue(self, job: Callable[[], object]) -> None:
        self._pool.submit(job).add_done_callback(self._report_defect)

    def _report_defect(self, future: Future[object]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            self._defect(error)
