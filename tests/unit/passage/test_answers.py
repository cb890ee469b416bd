"""The refusals that any action may meet: one text each, in both languages."""

from __future__ import annotations

from laneside.passage import answers
from laneside.passage.answers import DONE, Done, Rejected, rejected


def test_every_refusal_has_its_own_text_in_both_languages() -> None:
    refusals = [each for each in vars(answers).values() if isinstance(each, Rejected)]
    assert len(refusals) >= 10
    for each in refusals:
        assert not each.text.zh.isascii(), each
        assert each.text.en.isascii(), each
    assert len({each.text.zh for each in refusals}) == len({each.text.en for each in refusals}) == len(refusals)


def test_a_refusal_is_a_value_and_not_done() -> None:
    assert rejected("plate", "错", "wrong") == rejected("plate", "错", "wrong")
    assert rejected("plate", "错", "wrong") != DONE
    assert Done() == DONE
