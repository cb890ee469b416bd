"""Refusals of the PSAM's files; their values are in tests/vectors/psam.toml."""

import pytest

from laneside.codec.psam import PsamApplication, PsamIssue, PsamTerminal
from laneside.errors import CodecError


@pytest.mark.parametrize(
    ("kind", "file", "sizes"),
    [(PsamIssue, "psam-0015", (14,)), (PsamTerminal, "psam-0016", (6,)), (PsamApplication, "psam-0017", (25, 27))],
)
def test_other_sizes(kind, file, sizes):
    for size in sorted({size + more for size in (0, *sizes) for more in (0, 1, 2)} - {*sizes}):
        with pytest.raises(CodecError) as caught:
            kind.from_bytes(bytes(size))
        assert (caught.value.file, caught.value.offset) == (file, min(size, max(sizes))), size
