"""One picture after another, read in a process of its own whose time and memory are measured."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import msgspec

from laneside.codec.plate import plate_kind
from laneside.plates import PictureError, PlateReading, load_recogniser, recognise

_STATUS: Final = Path("/proc/self/status")
_PEAK: Final = re.compile(r"VmHWM:\s+(\d+) kB")
_BETWEEN: Final = re.compile(r"[\s·•.\-:]")


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what one picture gave: its readings, or the stock pipeline's text; times in ms; the peak so far in MiB."""

    readings: tuple[PlateReading, ...] = ()
    text: str
    wall_ms: float
    cpu_ms: float
    peak_mib: float | None


def engine_over(paths: Sequence[Path]) -> Iterator[Measured]:
    """Read pictures with our engine. A picture that can't be read gives no reading."""
    yield from _in_a_process(_load_engine, _read_one, paths)


def stock_over(paths: Sequence[Path]) -> Iterator[Measured]:
    """Read pictures with the stock pipeline. Raises ImportError where its packages are not installed."""
    yield from _in_a_process(_load_stock, _read_stock, paths)


def _in_a_process(
    load: Callable[[], None], read: Callable[[Path], Measured], paths: Sequence[Path]
) -> Iterator[Measured]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(load).result()
        yield from pool.map(read, paths)


def _load_engine() -> None:
    load_recogniser()


def _read_one(path: Path) -> Measured:
    photo = path.read_bytes()
    began, used = time.perf_counter(), time.process_time()
    try:
        readings = tuple(recognise(photo))
    except PictureError:
        readings = ()
    return Measured(
        readings=readings,
        text=readings[0].text if readings else "",
        wall_ms=(time.perf_counter() - began) * 1000,
        cpu_ms=(time.process_time() - used) * 1000,
        peak_mib=_peak_mib(),
    )


_stock: list[Any] = []


def _load_stock() -> None:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # as in models.py, before onnxruntime loads.
    from rapidocr_onnxruntime import RapidOCR  # noqa: PLC0415 - only here, and only where it is installed.

    _stock.append(RapidOCR())


def _read_stock(path: Path) -> Measured:
    """Take the surest text that has the form of a plate once blanks and dots are gone."""
    began, used = time.perf_counter(), time.process_time()
    lines, _ = _stock[0](str(path))
    texts = [(float(score), _BETWEEN.sub("", text).upper()) for _, text, score in lines or ()]
    plates = [found for found in texts if plate_kind(found[1]) is not None]
    return Measured(
        text=max(plates)[1] if plates else "",
        wall_ms=(time.perf_counter() - began) * 1000,
        cpu_ms=(time.process_time() - used) * 1000,
        peak_mib=_peak_mib(),
    )


def _peak_mib() -> float | None:
    """Return the most that this process has had resident; None where the system does not tell."""
    if not _STATUS.exists():
        return None
    found = _PEAK.search(_STATUS.read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else None
