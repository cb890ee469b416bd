"""The process that reads plates: ``python -m laneside.plates.worker``, a child of the terminal.

numpy, OpenCV and onnxruntime hold some 300 MB and two processors for as long as a photo takes; here they can be killed
and can't slow a debit down. One JSON object per line comes in on stdin, one goes out on what was stdout; bytes travel
as Base64. What can't be done is answered ``{"failed": code, "text": …}``. When stdin ends the worker ends at once, in
the middle of a photo too: its parent is gone, or will read that photo again. The alarm ends one that hangs even then.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO, Final, NoReturn

import msgspec

from laneside.errors import LanesideError
from laneside.plates import cut_out, load_recogniser, recognise
from laneside.plates.reading import PlatesSeen, SeenPlate

NICENESS: Final = 10
"""The reader, the journal and the pages go first."""

ALARM_AFTER_S: Final = 2.0
"""How much later than the parent's own time-out the alarm ends the worker."""

PLATES_MAX: Final = 4


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: ``hello`` loads the models, ``read`` reads a photo."""

    op: str
    timeout_s: float
    photo: bytes = b""


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """The models are loaded."""


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked could not be done; ``failed`` is the error's stable code."""

    failed: str
    text: str


def carried_out(request: Request) -> Ready | PlatesSeen:
    """Do what is asked. Raises PictureError, PlateEngineError."""
    if request.op == "hello":
        load_recogniser()
        return Ready()
    assert request.op == "read", "the parent asks for nothing else"
    readings = recognise(request.photo)[:PLATES_MAX]
    plates = tuple(SeenPlate(reading=reading, cut_out=cut_out(request.photo, reading)) for reading in readings)
    width_px, height_px = _size(request.photo)
    return PlatesSeen(plates=plates, width_px=width_px, height_px=height_px)


def _size(photo: bytes) -> tuple[int, int]:
    from PIL import Image  # noqa: PLC0415 - the parent knows this module's values and loads no Pillow for them.

    with Image.open(io.BytesIO(photo)) as picture:
        return picture.size


def main() -> NoReturn:
    """Serve until stdin ends, which ends the process."""
    os.nice(NICENESS)
    with _own_channel() as answers:
        lines: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=_listen, args=(lines,), daemon=True).start()
        while True:
            request = msgspec.json.decode(lines.get(), type=Request)
            signal.setitimer(signal.ITIMER_REAL, request.timeout_s + ALARM_AFTER_S)
            answers.write(msgspec.json.encode(_answer(request)) + b"\n")
            signal.setitimer(signal.ITIMER_REAL, 0)


def _listen(lines: SimpleQueue[bytes]) -> None:
    """Pass on what is asked until the parent is gone; one that died with an answer unread shows as a reset."""
    try:
        for line in sys.stdin.buffer:
            lines.put(line)
    finally:
        os._exit(0)


def _answer(request: Request) -> Ready | PlatesSeen | Failed:
    try:
        return carried_out(request)
    except LanesideError as error:
        return Failed(failed=error.code, text=str(error))


def _own_channel() -> BinaryIO:
    """Keep stdout for answers alone: what a library prints goes to stderr instead of into the middle of one."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


if __name__ == "__main__":
    main()
