"""A virtual reader's make from a settings file, and its pace from a word; what has no meaning is named."""

from __future__ import annotations

import pytest

from laneside.errors import SettingError
from laneside.rsu import SERIAL, TCP, C6Form, DialectName
from laneside.virtual.integrated.settings import (
    INSTANT,
    SERIAL_LINK,
    SERIAL_READER,
    TCP_LINK,
    TCP_READER,
    Several,
    Trigger,
    pace_of,
    reader_settings,
)


def test_without_a_file_the_wire_decides() -> None:
    assert reader_settings({}, DialectName.TCP) == TCP_READER
    assert reader_settings({}, DialectName.SERIAL) == SERIAL_READER


def test_one_file_serves_the_terminal_and_the_reader() -> None:
    given = {
        "c6_form": 67,
        "timeouts": {"step_ms": 500},
        "reader": {"tx_power": 3},
        "virtual": {"trigger": "button", "several": "in-turn", "tac_reply": "B8", "heartbeat_s": 2},
    }
    made = reader_settings(given, DialectName.TCP)
    assert (made.dialect.name, made.dialect.c6_form, made.dialect.timeouts.step_ms) == (
        DialectName.TCP,
        C6Form.BARE,
        500,
    )
    assert (made.trigger, made.several, made.tac_reply) == (Trigger.BUTTON, Several.IN_TURN, 0xB8)
    assert (made.heartbeat_s, made.fallback_s) == (2.0, TCP_READER.fallback_s)


def test_a_file_may_put_the_new_dialect_on_a_serial_line() -> None:
    assert reader_settings({"dialect": "tcp"}, DialectName.SERIAL).dialect == TCP
    assert reader_settings({"dialect": "serial"}, DialectName.TCP).dialect == SERIAL


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"virtual": {"triger": "auto"}}, "rsu.virtual.triger: no such setting"),
        ({"virtual": {"trigger": "foot"}}, "rsu.virtual.trigger: 'foot'"),
        ({"virtual": {"tac_reply": "B7"}}, "B5 or B8"),
        ({"virtual": {"fallback_s": -1}}, "rsu.virtual.fallback_s: -1"),
        ({"virtual": {"search_s": 0}}, "rsu.virtual.search_s: 0"),
        ({"virtual": {"b2_short": 1}}, "not true or false"),
        ({"virtual": 7}, "rsu.virtual: not a table"),
        ({"c6_form": 160}, "rsu.c6_form: 160"),
        ({"frame_set": {"init": "road"}}, "rsu.frame_set.init"),
    ],
)
def test_what_has_no_meaning_is_named(given, named) -> None:
    with pytest.raises(SettingError, match=named):
        reader_settings(given, DialectName.TCP)


def test_a_pace_is_a_word_or_two_numbers() -> None:
    assert pace_of("real", DialectName.SERIAL) == SERIAL_LINK
    assert pace_of("real", DialectName.TCP) == TCP_LINK
    assert pace_of("0", DialectName.TCP) == INSTANT
    own = pace_of("960:20", DialectName.SERIAL)
    assert (own.wire_s(96), own.chip_s("card"), own.chip_s("psam")) == (0.1, 0.02, 0.02)


@pytest.mark.parametrize("word", ["", "fast", "960", "960:", "-1:1", "nan:1", "inf:1", "960:-1", "960:99999"])
def test_what_is_no_pace_is_refused(word: str) -> None:
    with pytest.raises(SettingError, match="no pace"):
        pace_of(word, DialectName.TCP)
