"""A PSAM's authorisation on the wire: lengths and alphabet held at both ends (spec/psam-and-crypto.md section 3)."""

from __future__ import annotations

import msgspec
import pytest

from laneside.contract.authorisation import (
    PsamAuthorisationReply,
    PsamAuthorisationRequest,
    PsamAuthorisationResult,
    authorisation_bytes,
)

REQUEST = PsamAuthorisationRequest(
    terminal_number="620100001001", psam_number="62010000000000001001", psam_version="05", key_type="01",
    area_code="B8CACBE0B8CACBE0", random="0102030400000000",
)  # fmt: skip
REPLY = PsamAuthorisationReply(
    terminal_id="T1", psam_number=REQUEST.psam_number, random=REQUEST.random, list_number="L1",
    instruction="0082004108" + "11A8F17B1A378D36",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [("terminal_number", "62010000100"), ("psam_number", "x" * 20), ("random", "0102"), ("area_code", "b8cacbe0"),
     ("lane_id", "L" * 41)],
)  # fmt: skip
def test_a_request_out_of_form_cannot_exist(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"\w+: "):
        msgspec.structs.replace(REQUEST, **{name: value})


@pytest.mark.parametrize("instruction", ["0082004108", "0084004108" + "00" * 8, "0082004108" + "00" * 9])
def test_nothing_but_an_external_authenticate_of_thirteen_bytes_passes(instruction: str) -> None:
    with pytest.raises(ValueError, match="authInstruction"):
        msgspec.structs.replace(REPLY, instruction=instruction)


def test_the_signature_covers_everything_but_itself() -> None:
    signed = msgspec.structs.replace(REPLY, signature=b"\x01" * 64)
    assert authorisation_bytes(signed) == authorisation_bytes(REPLY)
    other = msgspec.structs.replace(REPLY, list_number="L2")
    assert authorisation_bytes(other) != authorisation_bytes(REPLY)


def test_a_result_names_a_status_word_of_two_bytes_or_none() -> None:
    assert PsamAuthorisationResult(list_number="L1", status_word="").status_word == ""
    with pytest.raises(ValueError, match="sw"):
        PsamAuthorisationResult(list_number="L1", status_word="90")
