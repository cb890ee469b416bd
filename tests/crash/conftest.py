"""One street for all crash tests; each vehicle comes with new chips, so that no test sees another one's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from street import Street, street


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with street(tmp_path_factory.mktemp("street"), duplicate_window_s=0, search_s=2.0) as running:
        yield running
