"""From the choice of a reader to the reader."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from laneside.devices.machine import SystemClock
from laneside.errors import LinkLostError, SettingError
from laneside.reader.purchase import ReaderPolicy
from laneside.terminal.reader_choice import Connections, RoadsideChips, TcpReader
from laneside.terminal.reader_factory import firmware_of, make_reader, poll_s_of, reach_of

NOWHERE = Connections(centre_url="http://127.0.0.1:9", roadside=("127.0.0.1", 9))


def made(connections, links):
    reader = make_reader(
        connections, clock=SystemClock(), policy=ReaderPolicy(), links=links, tell=lambda _writing: None
    )
    links.callback(reader.close)
    return reader


def test_a_roadside_that_is_not_there_is_not_reached():
    with ExitStack() as links:
        reader = made(NOWHERE, links)
        assert firmware_of(reader) == ""
        with pytest.raises(LinkLostError):
            reach_of(reader, NOWHERE)()


def test_the_roadsides_chips_need_a_roadside():
    with ExitStack() as links, pytest.raises(SettingError, match="needs a reader"):
        made(Connections(centre_url="http://127.0.0.1:9"), links)


def test_an_integrated_reader_is_polled_more_often():
    assert poll_s_of(TcpReader(host="h", port=1)) < poll_s_of(RoadsideChips())
