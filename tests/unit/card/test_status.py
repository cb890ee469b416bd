"""Status words: the common rows of spec/icc.md section 9, and what a command's own table overrules."""

from __future__ import annotations

from laneside.card.status import GENERAL, ChipRefusedError, Meaning, meaning_of, statuses


def test_the_common_words_mean_the_same_for_every_command() -> None:
    assert [meaning_of(sw, GENERAL) for sw in (0x9000, 0x6985, 0x6A82, 0x6E00)] == [
        Meaning.OK, Meaning.CONDITIONS_NOT_SATISFIED, Meaning.NO_FILE, Meaning.UNKNOWN_CLASS,
    ]  # fmt: skip


def test_a_failed_verification_has_its_tries_inside() -> None:
    assert {meaning_of(0x63C0 | tries, GENERAL) for tries in range(16)} == {Meaning.VERIFICATION_FAILED}


def test_a_command_overrules_the_common_rows_and_keeps_the_others() -> None:
    own = statuses({0x6A88: Meaning.PROOF_GONE})
    assert meaning_of(0x6A88, own) is Meaning.PROOF_GONE
    assert meaning_of(0x6A82, own) is Meaning.NO_FILE
    assert meaning_of(0x1234, own) is Meaning.UNDEFINED


def test_a_refusal_names_the_step_the_word_and_its_meaning() -> None:
    assert str(ChipRefusedError(step="SELECT", sw=0x6A82, meaning=Meaning.NO_FILE)) == (
        "SELECT: 6A82 no such file or application"
    )
