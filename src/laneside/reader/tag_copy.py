"""The tag's copy of 0019: write it, look at it, write it again. Nothing here touches a debit's result."""

from __future__ import annotations

import msgspec

from laneside.card.apdu import AnswerLostError
from laneside.card.files import UpdateBinary
from laneside.card.outcome import Intent, TagWrite
from laneside.card.status import ChipRefusedError
from laneside.card.tag import read_capp_copy, read_system, write_capp_copy
from laneside.codec.tag import CAPP_COPY_LENGTH
from laneside.errors import CodecError, LinkLostError, NothingPresentedError
from laneside.reader.radio_session import ChipOpeners, RadioSession, open_session, run


def copy_to_tag(session: RadioSession, intent: Intent) -> TagWrite:
    """Write the copy in the session of the debit; a lost answer to the write itself leaves it unknown."""
    if not intent.write_tag:
        return TagWrite.NOT_ASKED
    try:
        run(write_capp_copy(intent.capp_after), session.chips)
    except AnswerLostError as lost:
        return TagWrite.UNKNOWN if _may_have_written(lost) else TagWrite.FAILED
    except ChipRefusedError:
        return TagWrite.FAILED
    return TagWrite.WRITTEN


def tag_shows(openers: ChipOpeners, intent: Intent) -> TagWrite:
    """Look whether the tag holds the copy already: after a cut only the tag itself knows."""
    if not intent.write_tag:
        return TagWrite.NOT_ASKED
    try:
        with open_session(openers, tag=True, card=False) as session:
            _expect_tag(session, intent)
            copy = run(read_capp_copy(), session.chips)
    except (NothingPresentedError, LinkLostError, ChipRefusedError):
        return TagWrite.UNKNOWN
    return TagWrite.WRITTEN if copy == intent.capp_after[:CAPP_COPY_LENGTH] else TagWrite.FAILED


class Rewrite(msgspec.Struct, kw_only=True):
    """One try after the other to write the copy (补写标签). The same bytes twice are harmless."""

    openers: ChipOpeners
    intent: Intent
    may_have_written: bool = False

    def __call__(self) -> TagWrite:
        """Find the tag by its contract serial and write. Raises NothingPresentedError, LinkLostError."""
        with open_session(self.openers, tag=True, card=False) as session:
            _expect_tag(session, self.intent)
            try:
                run(write_capp_copy(self.intent.capp_after), session.chips)
            except AnswerLostError as lost:
                self.may_have_written = self.may_have_written or _may_have_written(lost)
                raise
            except ChipRefusedError:
                return TagWrite.FAILED
        return TagWrite.WRITTEN

    @property
    def unfinished(self) -> TagWrite:
        """The result when the time is over."""
        return TagWrite.UNKNOWN if self.may_have_written else TagWrite.FAILED


def _may_have_written(lost: AnswerLostError) -> bool:
    return lost.step == UpdateBinary.NAME


def _expect_tag(session: RadioSession, intent: Intent) -> None:
    """Accept only the tag of the intent. Raises NothingPresentedError."""
    if session.presence is None:
        raise NothingPresentedError("no tag answers")
    try:
        system = run(read_system(), session.chips)
    except (ChipRefusedError, CodecError) as error:
        raise NothingPresentedError(f"the tag does not tell its number: {error}") from error
    if system.contract_serial != intent.contract_serial:
        raise NothingPresentedError(f"another tag is presented: {system.contract_serial}")
