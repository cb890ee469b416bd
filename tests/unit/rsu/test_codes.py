"""The code tables of the reader protocol as a whole."""

from laneside.rsu import codes
from laneside.vocab.words import Coded

TABLES = [
    each for each in vars(codes).values() if isinstance(each, type) and issubclass(each, Coded) and each is not Coded
]


def test_every_code_has_two_labels():
    assert len(TABLES) >= 20
    assert [repr(code) for table in TABLES for code in table if not (code.zh and code.en)] == []


def test_every_error_table_begins_with_success():
    tables = {*codes.SERIAL_ERRORS.values(), *codes.TCP_ERRORS.values()}
    assert [table.__name__ for table in tables if table(0).name != "OK"] == []
