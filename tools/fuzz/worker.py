"""One target in a process of its own: ``python -m tools.fuzz.worker ENGINE TARGET SECONDS FOLDER``.

Writes ``told.json`` (inputs tried, what became of them) into the folder, and the bytes of a crash as ``crash-…``.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

INPUT_MAX = 1500
HANG_S = 5
MEMORY_MB = 1024
_BATCH = 500
_EVERY = 1000


class Tally:
    """Count what became of the inputs, and keep the count on disk: a fuzzer ends without saying goodbye."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "told.json"
        self._seen: Counter[str] = Counter()
        self._tried = 0
        self.write()

    def add(self, became: str) -> None:
        """Count one input."""
        self._seen[became] += 1
        self._tried += 1
        if self._tried % _EVERY == 0:
            self.write()

    def write(self) -> None:
        """Keep the count."""
        self._file.write_text(json.dumps({"tried": self._tried, "became": dict(self._seen)}), "utf-8")


def by_coverage(target: str, seconds: int, folder: Path) -> None:
    """Search by coverage: atheris (libFuzzer) over instrumented rooms. Never returns."""
    import atheris  # noqa: PLC0415 - a system without it has the other engine.

    with atheris.instrument_imports(include=["laneside.rsu", "laneside.codec"]):
        from tools.fuzz.targets import TARGETS  # noqa: PLC0415 - instrumented while it is imported.
    from tools.fuzz.seeds import seeds  # noqa: PLC0415 - after the instrumented import.

    run, tally = TARGETS[target], Tally(folder)

    def one(data: bytes) -> None:
        tally.add(run(data))

    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-max_len={INPUT_MAX}", f"-timeout={HANG_S}", f"-rss_limit_mb={MEMORY_MB}"]
    atheris.Setup(["fuzz", *limits, f"-artifact_prefix={folder}/", "-print_final_stats=1", str(corpus)], one)
    atheris.Fuzz()


def by_examples(target: str, seconds: int, folder: Path) -> None:
    """Search with hypothesis: random bytes and damaged vectors, in batches until the time is up."""
    from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: PLC0415 - only this engine needs it.
    from hypothesis import strategies as st  # noqa: PLC0415
    from tools.fuzz.seeds import seeds  # noqa: PLC0415
    from tools.fuzz.targets import TARGETS  # noqa: PLC0415

    run, tally, known = TARGETS[target], Tally(folder), seeds(target)
    damage = st.tuples(st.integers(0, INPUT_MAX), st.integers(0, 4), st.binary(max_size=8))
    damaged = st.builds(_damaged, st.sampled_from(known), st.lists(damage, max_size=6))

    def one(data: bytes) -> None:
        started = time.monotonic()
        try:
            tally.add(run(data))
            assert time.monotonic() - started < HANG_S, "hangs"
        except BaseException:
            (folder / "crash-example").write_bytes(data)
            raise

    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        number += 1
        asked: Any = given(st.binary(max_size=INPUT_MAX) | damaged)(one)
        quiet = settings(
            max_examples=_BATCH,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        seed(number)(quiet(asked))()
    tally.write()


def _damaged(data: bytes, damages: list[tuple[int, int, bytes]]) -> bytes:
    """Put other bytes in the place of some."""
    for place, length, instead in damages:
        at = place % (len(data) + 1)
        data = data[:at] + instead + data[at + length :]
    return data[:INPUT_MAX]


def main() -> int:
    """Run one target."""
    engine, target, seconds, folder = sys.argv[1:]
    search = by_coverage if engine == "atheris" else by_examples
    try:
        search(target, int(seconds), Path(folder))
    except Exception:  # noqa: BLE001 - whatever it is, it is a crash of the target and is printed whole.
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
