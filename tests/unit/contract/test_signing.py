"""Canonical bytes and signatures."""

from datetime import UTC, datetime
from time import monotonic

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.contract.exchange import Receipt, Refusal, Stored
from laneside.contract.parameters import DocumentKind, Policy, SignedDocument
from laneside.contract.signing import (
    canonical,
    digest,
    document_bytes,
    head_bytes,
    parse,
    public_bytes,
    receipt_bytes,
    request_bytes,
    verify,
)
from laneside.errors import ContractError, SignatureError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
RECEIPT = Receipt(terminal_id="T1", subject="S", digest="d", stored=Stored.CREATED, at=MOMENT)


def test_canonical_bytes_are_sorted_dense_utf8():
    assert canonical({"b": 1, "a": "兰州"}) == '{"a":"兰州","b":1}'.encode()
    assert canonical(RECEIPT) == (
        b'{"at":"2026-03-04T05:06:07Z","digest":"d","signature":"","stored":"created","subject":"S","terminalId":"T1"}'
    )


def test_what_was_written_canonically_reads_back_the_same():
    assert parse(canonical(RECEIPT), Receipt) == RECEIPT
    assert parse(canonical(Policy()), Policy) == Policy()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"code":1}', b"\xff", b'{"code":"x"}'])
def test_another_form_is_a_contract_error(body):
    with pytest.raises(ContractError, match="Refusal"):
        parse(body, Refusal)


def test_nesting_and_long_numbers_are_refused_also_where_no_one_reads_them():
    refusal = b'{"code":"c","text":"t","more":%s}'
    too_much = [b"[" * 100_000, b'{"a":' * 40, b"[" * 32 + b"]" * 32, b"1" * 26, b"-" + b"1" * 19, b"[[" + b"9" * 5000]
    for more in too_much:
        with pytest.raises(ContractError, match=r"nested more than 32 deep|more than 18 digits"):
            parse(refusal % more, Refusal)
    with pytest.raises(ContractError, match="nested"):
        parse(b"[" * 100_000, Refusal)
    harmless = [
        b"[" * 31 + b"]" * 31,
        b'"' + b"[" * 99 + b"1" * 99 + b'"',
        rb'"\"[[\\"',
        b"9" * 18,
        b"0." + b"1" * 30,
        b"[[],[]]",
    ]
    for more in harmless:
        assert parse(refusal % more, Refusal) == Refusal(code="c", text="t"), more


def test_a_body_of_escaped_quotes_that_never_ends_is_refused_at_once():
    began = monotonic()
    for body in (b'"' + b'\\"' * 500_000, b'["' * 500_000, b'"\\'):
        with pytest.raises(ContractError):
            parse(body, Refusal)
    assert monotonic() - began < 2


def test_a_request_is_signed_with_its_target_and_the_digest_of_its_body():
    assert request_bytes(method="PUT", path="/a?b=1", terminal_id="T1", sent_at="now", body=b"") == (
        b"laneside-request-1\nPUT\n/a?b=1\nT1\nnow\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_head_and_digest():
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert head_bytes(terminal_id="T1", seq=7, hash_hex="ab") == b"laneside-journal-head-1\nT1\n7\nab"


def test_a_receipt_does_not_cover_its_own_signature_but_everything_else():
    signed = msgspec.structs.replace(RECEIPT, signature=KEY.sign(receipt_bytes(RECEIPT)))
    verify(public_bytes(KEY), signed.signature, receipt_bytes(signed))
    for change in ({"stored": Stored.CONFLICT}, {"subject": "T"}, {"digest": "e"}, {"terminal_id": "T2"}):
        with pytest.raises(SignatureError):
            verify(public_bytes(KEY), signed.signature, receipt_bytes(msgspec.structs.replace(signed, **change)))


def test_a_documents_signature_covers_kind_generation_version_activation_and_body():
    document = SignedDocument(kind=DocumentKind.TARIFF, version=3, activates_at=MOMENT, body=b"{}", signature=b"")
    signature = KEY.sign(document_bytes(document))
    for change in (
        {"kind": DocumentKind.PARAMETERS},
        {"version": 4},
        {"activates_at": datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)},
        {"generation": 1},
        {"body": b"{} ", "digest": ""},
    ):
        with pytest.raises(SignatureError):
            verify(public_bytes(KEY), signature, document_bytes(msgspec.structs.replace(document, **change)))


def test_a_key_of_the_wrong_length_is_a_signature_error():
    with pytest.raises(SignatureError):
        verify(b"short", b"x" * 64, b"")
