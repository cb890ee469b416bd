"""Strips read by the recogniser: per frame the probabilities of the symbols that a plate may have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laneside.plates.ctc import Floats
from laneside.plates.models import RECOGNISER, THREADS, Network, as_tensor
from laneside.plates.photo import Pixels

# What the recogniser may say for a plate's symbol: plates have no I and no small letters, and O only where no 0 is.
_ALIKE: Final[dict[str, str]] = {"0": "Oo", "1": "Il|", "O": "0"}
_SILENT: Final = "·•.-:,'"
_OTHER_AS_BLANK: Final = 0.05
_LEAST: Final = 1e-9
_TOGETHER_MAX: Final = 3
"""Strips in one run: fewer runs cost less, more strips let what follows wait for longer."""


class StripReader:
    """Run the recogniser and fold its 6,625 classes into the blank and some symbols."""

    def __init__(self, network: Network, symbols: str) -> None:
        self._network = network
        self._readers = ThreadPoolExecutor(THREADS, thread_name_prefix="strips")
        classes = {character: place + 1 for place, character in enumerate(network.note("character").splitlines())}
        self._blanks = [0, len(classes) + 1, *[classes[mark] for mark in _SILENT if mark in classes]]
        columns, sources = [], []
        for column, symbol in enumerate(symbols):
            for character in {symbol, symbol.lower(), *_ALIKE.get(symbol, "")} & classes.keys():
                columns.append(column + 1)
                sources.append(classes[character])
        self._columns: NDArray[np.intp] = np.array(columns, np.intp)
        self._sources: NDArray[np.intp] = np.array(sources, np.intp)
        self._width = len(symbols) + 1

    @classmethod
    def load(cls, symbols: str) -> StripReader:
        """Load the recogniser for the columns of ``symbols``.

        Its layers are too small to be shared among threads: each strip has a thread for itself.
        """
        return cls(Network.load(RECOGNISER, threads=1, planned=True), symbols)

    def frames(self, strips: Sequence[Pixels]) -> Iterator[Floats]:
        """Read strips side by side: in their order, per strip (frames, 1 + symbols), the blank first.

        Marks between characters count as blank; of what is no symbol at all a small part does, so that a screw or a
        frame's edge can be stepped over, at a price.
        """
        count = THREADS * max(1, ceil(len(strips) / (THREADS * _TOGETHER_MAX)))  # so that no thread is left with less
        ends = [len(strips) * number // count for number in range(count + 1)]
        groups = [strips[start:end] for start, end in pairwise(ends) if start < end]
        return chain.from_iterable(self._readers.map(self._read, groups))

    def _read(self, strips: Sequence[Pixels]) -> list[Floats]:
        outputs = self._network.run(np.stack([as_tensor(strip) for strip in strips]))
        return [self._folded(output.astype(np.float64)) for output in outputs]

    def _folded(self, output: Floats) -> Floats:
        folded = np.zeros((len(output), self._width))
        np.add.at(folded.T, self._columns, output.T[self._sources])
        folded[:, 0] = output[:, self._blanks].sum(axis=1)
        folded[:, 0] += _OTHER_AS_BLANK * np.clip(1.0 - folded.sum(axis=1), 0.0, 1.0)
        return folded + _LEAST
