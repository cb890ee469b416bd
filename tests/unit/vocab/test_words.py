"""Labels, code tables as a whole, and money as text."""

import subprocess
import sys

from laneside import vocab
from laneside.vocab import Coded, TollClass, label, yuan

TABLES = [
    value
    for value in vars(vocab).values()
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


def test_every_exported_name_exists():
    assert len(vocab.__all__) == len(set(vocab.__all__))
    assert all(hasattr(vocab, name) for name in vocab.__all__)


def test_importing_the_words_reads_no_data_file():
    script = "import sys, laneside.vocab; print([n for n in ('tomllib', 'importlib.resources') if n in sys.modules])"
    source = vocab.__path__[0].rsplit("/laneside/", 1)[0]
    command = [sys.executable, "-S", "-c", script]
    run = subprocess.run(command, capture_output=True, check=True, text=True, env={"PYTHONPATH": source})
    assert run.stdout.strip() == "[]"
