"""The code tables of cards, tags, payment and lists against spec/codes.md 6 and 7 and spec/obu.md 8."""

from laneside.vocab.media import (
    CardListType,
    CardType,
    DiscountType,
    ExitFeeType,
    ObuListType,
    TagStatusBit,
    TransactionType,
)

CODES = {
    CardType: [21, 22, 23, 51, 52, 53],
    TransactionType: [2, 6, 9],
    DiscountType: [1, 2, 3, 4, 5],
    ExitFeeType: [1, 2, 3, 4, 5, 6, 7, 11],
    CardListType: [1, 2, 3, 4, 5, 6, 7],
    ObuListType: [1, 2, 3, 4, 101, 102, 103, 104, 105],
    TagStatusBit: [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x80],
}


def test_codes():
    assert {table: sorted(table) for table in CODES} == CODES
