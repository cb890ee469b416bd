"""Exceptions with stable codes.

An exception is an operating failure: something outside broke. A refusal is not an exception but a value
(:class:`laneside.rules.finding.Finding` and friends), and a programmer's error is an assertion.
"""

from __future__ import annotations

from typing import ClassVar


class LanesideError(Exception):
    """Carry a stable code beside the text, so that a log line or a test can name the failure."""

    code: ClassVar[str] = "laneside"


class PlainHttpError(LanesideError):
    """What would be sent goes over a network that anyone may read and change."""

    code = "plain-http"


class CodecError(LanesideError):
    """Say which file could not be decoded (or encoded), at which byte offset, and why."""

    code = "codec"

    def __init__(self, *, file: str, offset: int, reason: str) -> None:
        super().__init__(f"{file}: offset {offset}: {reason}")
        self.file = file
        self.offset = offset
        self.reason = reason


class LinkLostError(LanesideError):
    """No answer arrived: the other side may or may not have acted on what was sent."""

    code = "link-lost"


class PortMissingError(LinkLostError):
    """There is no such serial port: unplugged, or another name."""

    code = "port-missing"


class PortForbiddenError(LinkLostError):
    """This account may not open the serial port."""

    code = "port-forbidden"


class PortTakenError(LinkLostError):
    """Another program holds the serial port."""

    code = "port-taken"


class ReaderUnreachableError(LinkLostError):
    """Nothing takes a connection at the reader's address."""

    code = "reader-unreachable"


class ReaderSilentError(LinkLostError):
    """The link is open, and the reader says nothing on it."""

    code = "reader-silent"


class NothingPresentedError(LanesideError):
    """Neither tag nor card answered within the search time."""

    code = "nothing-presented"


class JournalError(LanesideError):
    """The journal can't be written or its chain does not hold; no debit may start."""

    code = "journal"


class SignatureError(LanesideError):
    """A document, an upload or a receipt carries a signature that does not verify."""

    code = "signature"


class ContractError(LanesideError):
    """A message between terminal and centre does not have the agreed form."""

    code = "contract"


class CentreUnreachableError(LanesideError):
    """The centre did not answer, or answered with something that is not the centre's."""

    code = "centre-unreachable"


class SettingError(LanesideError):
    """A setting holds a value that has no meaning."""

    code = "setting"
