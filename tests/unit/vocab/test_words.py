"""Labels, code tables as a whole, and money as text."""

import subprocess
import sys

from laneside import vocab
from laneside.vocab import media, vehicle
from laneside.vocab.vehicle import TollClass
from laneside.vocab.words import Coded, label, yuan

TABLES = [
    value
    for value in (*vars(media).values(), *vars(vehicle).values())
    if isinstance(value, type) and issubclass(value, Coded) and value is not Coded
]


def is_chinese(text):
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def test_every_member_is_its_own_number_with_two_labels():
    assert len(TABLES) >= 20
    for table in TABLES:
        assert len({member.name for member in table}) == len(table.__members__), table.__name__
        for member in table:
            assert member.zh, repr(member)
            assert member.en, repr(member)
            assert not is_chinese(member.en), repr(member)
            assert label(table, int(member)) == member.words


def test_a_code_outside_a_table_keeps_its_number():
    assert label(TollClass, 99).zh == "未知 99"
    assert label(TollClass, 99).en == "unknown 99"


def test_money_has_two_decimals():
    assert [yuan(fen) for fen in (0, 5, 1045, -5, -1045, 200000000)] == [
        "0.00", "0.05", "10.45", "-0.05", "-10.45", "2000000.00",
    ]  # fmt: skip


def test_importing_the_words_reads_no_data_file():
    names = ", ".join(f"laneside.vocab.{name}" for name in ("events", "media", "provinces", "vehicle", "words"))
    script = f"import sys, {names}; print([n for n in ('tomllib', 'importlib.resources') if n in sys.modules])"
    source = vocab.__path__[0].rsplit("/laneside/", 1)[0]
    command = [sys.executable, "-c", script]
    run = subprocess.run(command, capture_output=True, check=True, text=True, env={"PYTHONPATH": source})
    assert run.stdout.strip() == "[]"
