"""Where the search begins: the bytes of tests/vectors."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[2] / "tests" / "vectors"
_FILES = ("icc.toml", "obu.toml", "psam.toml")


def seeds(target: str) -> list[bytes]:
    """Return the vectors that fit a target; targets that spend their first byte on a choice get each choice."""
    if target.startswith("decode ") and target != "decode frame":
        kind = target.removeprefix("decode ").split(",")[0]
        return [bytes.fromhex(vector["hex"]) for vector in _chip_vectors() if vector["kind"] == kind]
    bodies, frames = _reader_vectors()
    if "decoder" in target:
        streams = [*frames, b"\xff".join(frames), b"".join(frames)]
        return [bytes((size,)) + stream for size in (0, 6, 63) for stream in streams]
    if target == "decode frame":
        return [bytes((choice,)) + data for choice in range(3) for data in (*bodies, *frames)]
    return [bytes((choice,)) + body for choice in (0x00, 0x80) for body in bodies]


def _chip_vectors() -> Iterator[dict[str, Any]]:
    for name in _FILES:
        yield from tomllib.loads((VECTORS / name).read_text("utf-8"))["vector"]


def _reader_vectors() -> tuple[list[bytes], list[bytes]]:
    table = tomllib.loads((VECTORS / "rsu.toml").read_text("utf-8"))

    def unhex(text: str) -> bytes:
        return bytes.fromhex("".join(text.format(**table["files"]).split()))

    return [unhex(each["hex"]) for each in table["vector"]], [unhex(each["hex"]) for each in table["frame"]]
