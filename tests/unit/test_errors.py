"""Every failure has a code of its own, which logs and the check before a shift name."""

from __future__ import annotations

from laneside import errors
from laneside.errors import CodecError, LanesideError, LinkLostError


def test_every_failure_has_a_code_of_its_own() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, LanesideError)]
    codes = [each.code for each in kinds]
    assert len(kinds) > 10
    assert len(set(codes)) == len(codes)


def test_a_closed_port_is_a_lost_link_to_whoever_only_asks_for_that() -> None:
    for kind in (errors.PortMissingError, errors.PortTakenError, errors.ReaderSilentError):
        assert issubclass(kind, LinkLostError)


def test_a_file_that_cannot_be_decoded_is_named_with_the_byte() -> None:
    error = CodecError(file="icc-0019", offset=21, reason="no plate")
    assert str(error) == "icc-0019: offset 21: no plate"
    assert (error.file, error.offset, error.reason) == ("icc-0019", 21, "no plate")
