"""The tag's copy of 0019: write it, look at it, write it again. Nothing here touches a debit's result."""

from __future__ import annotations

from dataclasses import dataclass

from laneside.card import AnswerLostError, Intent, RefusedError, TagWrite
from laneside.card.files import UpdateBinary
from laneside.card.tag import read_capp_copy, read_system, write_capp_copy
from laneside.codec import CAPP_COPY_LENGTH
from laneside.errors import CodecError, LinkLostError, NothingPresentedError
from laneside.reader.field import Field, Openers, open_field, play


def copy_to_tag(field: Field, intent: Intent) -> TagWrite:
    """Write the copy in the session of the debit; a lost answer to the write itself leaves it unknown."""
    if not intent.write_tag:
        return TagWrite.NOT_ASKED
    try:
        play(write_capp_copy(intent.capp_after), field.chips)
    except AnswerLostError as lost:
        return TagWrite.UNKNOWN if _may_have_written(lost) else TagWrite.FAILED
    except RefusedError:
        return TagWrite.FAILED
    return TagWrite.WRITTEN


def tag_shows(openers: Openers, intent: Intent) -> TagWrite:
    """Look whether the tag holds the copy already: after a cut nobody else knows."""
    if not intent.write_tag:
        return TagWrite.NOT_ASKED
    try:
        with open_field(openers, tag=True, card=False) as field:
            _expect_tag(field, intent)
            copy = play(read_capp_copy(), field.chips)
    except (NothingPresentedError, LinkLostError, RefusedError):
        return TagWrite.UNKNOWN
    return TagWrite.WRITTEN if copy == intent.capp_after[:CAPP_COPY_LENGTH] else TagWrite.FAILED


@dataclass(slots=True, kw_only=True)
class Rewrite:
    """One try after the other to write the copy (补写标签). The same bytes twice are harmless."""

    openers: Openers
    intent: Intent
    may_have_written: bool = False

    def __call__(self) -> TagWrite:
        """Find the tag by its contract serial and write. Raises NothingPresentedError, LinkLostError."""
        with open_field(self.openers, tag=True, card=False) as field:
            _expect_tag(field, self.intent)
            try:
                play(write_capp_copy(self.intent.capp_after), field.chips)
            except AnswerLostError as lost:
                self.may_have_written = self.may_have_written or _may_have_written(lost)
                raise
            except RefusedError:
                return TagWrite.FAILED
        return TagWrite.WRITTEN

    @property
    def unfinished(self) -> TagWrite:
        """How it stands when the time is over."""
        return TagWrite.UNKNOWN if self.may_have_written else TagWrite.FAILED


def _may_have_written(lost: AnswerLostError) -> bool:
    return lost.step == UpdateBinary.NAME


def _expect_tag(field: Field, intent: Intent) -> None:
    """Accept only the tag of the intent. Raises NothingPresentedError."""
    if field.presence is None:
        raise NothingPresentedError("no tag answers")
    try:
        system = play(read_system(), field.chips)
    except (RefusedError, CodecError) as error:
        raise NothingPresentedError(f"the tag does not tell its number: {error}") from error
    if system.contract_serial != intent.contract_serial:
        raise NothingPresentedError(f"another tag is presented: {system.contract_serial}")
