"""PSAM authorisation at the centre: off by default, the spec's vector with the stand-in, every request kept."""

import json

import msgspec
import pytest

from laneside.centre.app import open_centre
from laneside.centre.authorisations.signer import NoSigner, SoftwareSigner, signer_in, write_software_signer
from laneside.centre.settings import Settings
from laneside.contract.authorisation import (
    PsamAuthorisationReply,
    PsamAuthorisationRequest,
    PsamAuthorisationResult,
    authorisation_bytes,
)
from laneside.contract.exchange import Refusal
from laneside.contract.signing import canonical, parse, verify
from laneside.errors import ContractError, SettingError, SignatureError

ROOT = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
REQUEST = PsamAuthorisationRequest(
    terminal_number="620100001234",
    psam_number="62010123456789ABCDEF",
    psam_version="05",
    key_type="01",
    area_code="B8CACBE0B8CACBE0",
    random="0102030405060708",
    lane_id="G00306200100102010011",
)
INSTRUCTION = "008200410811A8F17B1A378D36"
"""spec/psam-and-crypto.md 8.3."""

ASK = "/api/v1/psam-authorisations"


@pytest.fixture
def seeded_folder(seeded_folder, tmp_path, request):
    """Give a test that is marked so a centre whose settings file turns the stand-in on."""
    import shutil

    if "off" in request.node.name:
        return seeded_folder
    folder = shutil.copytree(seeded_folder, tmp_path / "with-signer")
    write_software_signer(folder / "centre.toml", ROOT)
    return folder


def ask(device, request=REQUEST):
    return device.ask("POST", ASK, canonical(request))


def report(device, list_number, sw="9000", detail=""):
    result = PsamAuthorisationResult(list_number=list_number, status_word=sw, detail=detail)
    return device.ask("POST", f"{ASK}/{list_number}/result", canonical(result))


def test_the_specs_vector_comes_back_signed_for_this_terminal_and_challenge(device):
    answer = ask(device)
    assert answer.status_code == 201
    assert set(answer.json()) == {"authInstruction", "listNo", "psamNo", "random", "signature", "terminalId"}
    reply = parse(answer.content, PsamAuthorisationReply)
    assert reply.instruction == INSTRUCTION
    assert (reply.terminal_id, reply.psam_number, reply.random) == (
        device.terminal_id, "62010123456789ABCDEF", "0102030405060708",
    )  # fmt: skip
    verify(device.reply.centre_key, reply.signature, authorisation_bytes(reply))
    other = msgspec.structs.replace(reply, random="1102030405060708")
    with pytest.raises(SignatureError):
        verify(device.reply.centre_key, reply.signature, authorisation_bytes(other))


def test_the_wire_names_are_those_of_the_field():
    assert json.loads(canonical(REQUEST)) == {
        "terminalNo": "620100001234",
        "psamNo": "62010123456789ABCDEF",
        "psamVersion": "05",
        "keyType": "01",
        "areaCode": "B8CACBE0B8CACBE0",
        "random": "0102030405060708",
        "laneId": "G00306200100102010011",
    }


def test_an_area_of_four_bytes_is_that_region_twice(device):
    fields = {name: getattr(REQUEST, name) for name in REQUEST.__struct_fields__} | {"area_code": "B8CACBE0"}
    assert ask(device, PsamAuthorisationRequest(**fields)).json()["authInstruction"] == INSTRUCTION


def test_request_and_result_are_kept(device, rows, clock):
    number = ask(device).json()["listNo"]
    (row,) = rows("SELECT * FROM psam_authorisations")
    assert row["outcome"] == "issued"
    assert row["status_word"] is None
    clock.sleep(1)
    assert report(device, number).status_code == 200
    assert report(device, number, sw="63CE").status_code == 200, "a repeated report is harmless"
    (row,) = rows("SELECT * FROM psam_authorisations")
    assert (row["terminal_id"], row["psam_number"], row["random"], row["lane_id"], row["status_word"]) == (
        device.terminal_id, "62010123456789ABCDEF", "0102030405060708", "G00306200100102010011", "9000",
    )  # fmt: skip
    assert INSTRUCTION not in str(row), "what was signed is not kept"


def test_only_the_asking_terminal_reports(device, enrol, rows):
    number = ask(device).json()["listNo"]
    assert report(enrol("另一台"), number).status_code == 404
    assert report(device, "000000009999").status_code == 404
    assert report(device, "x").status_code == 404
    elsewhere = canonical(PsamAuthorisationResult(list_number="000000000002", status_word="9000"))
    assert device.ask("POST", f"{ASK}/{number}/result", elsewhere).status_code == 422
    assert rows("SELECT status_word FROM psam_authorisations") == [{"status_word": None}]


def test_off_by_default_refuses_clearly_and_counts_in_one_row(device, rows, clock):
    for _ in range(3):
        answer = ask(device)
        clock.sleep(5)
    assert answer.status_code == 403
    refusal = parse(answer.content, Refusal)
    assert refusal.code == "psam-signer-off"
    assert "未配置" in refusal.text
    (row,) = rows("SELECT outcome, times, asked_at, last_at FROM psam_authorisations")
    assert (row["outcome"], row["times"]) == ("psam-signer-off", 3)
    assert row["last_at"] > row["asked_at"]


def test_an_unsigned_or_revoked_terminal_gets_nothing(device, centre, client, rows):
    assert client.post(ASK, content=canonical(REQUEST)).status_code == 401
    centre.registry.revoke(device.terminal_id)
    assert ask(device).json()["code"] == "revoked"
    assert rows("SELECT * FROM psam_authorisations") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("terminalNo", "62010000123"),
        ("psamNo", "62010123456789abcdef"),
        ("random", ""),
        ("areaCode", "B8CACB"),
        ("keyType", "1"),
        ("laneId", "G" * 41),
    ],
)
def test_a_malformed_request_is_refused_by_name(device, rows, name, value):
    body = json.loads(canonical(REQUEST)) | {name: value}
    answer = device.ask("POST", ASK, json.dumps(body).encode())
    assert answer.status_code == 400
    assert name in answer.json()["text"]
    assert rows("SELECT * FROM psam_authorisations") == []


def test_nothing_but_an_external_authenticate_passes_the_contract():
    for wrong in ("80820041081122334455667788"[:26], INSTRUCTION[:-2], "80FA" + INSTRUCTION[4:]):
        with pytest.raises(ContractError):
            parse(canonical({"terminalId": "T", "psamNo": "", "random": "", "listNo": "1", "authInstruction": wrong}),
                  PsamAuthorisationReply)  # fmt: skip


def test_the_page_shows_request_answer_and_result(device, visitor):
    assert "还没有授权请求" in visitor.get("/psams").text
    number = ask(device).json()["listNo"]
    assert "未回报" in visitor.get("/psams").text
    report(device, number)
    shown = visitor.get("/psams").text
    assert all(word in shown for word in ("62010123456789ABCDEF", "620100001234", number, "9000", device.terminal_id))
    assert "11A8F17B" not in shown


def test_the_page_shows_a_refusal_while_off(device, visitor):
    ask(device)
    assert "未配置授权服务" in visitor.get("/psams").text


def test_the_settings_file_is_read_strictly(tmp_path, clock):
    file = tmp_path / "centre.toml"
    assert isinstance(signer_in(file), NoSigner)
    file.write_text("")
    assert isinstance(signer_in(file), NoSigner)
    write_software_signer(file, ROOT)
    assert file.stat().st_mode & 0o777 == 0o600
    signer = signer_in(file)
    assert signer == SoftwareSigner(root=ROOT)
    assert "0011" not in repr(signer)
    for wrong in ("[", '[psam-authorisation]\nsigner = "hsm"\nroot = "00"', "[psam-authorisation]\nroot = 1",
                  '[psam-authorisation]\nsigner = "software-for-virtual-psam"\nroot = "0011"',
                  '[psam-authorisation]\nsigner = "software-for-virtual-psam"\nroot = "zz"'):  # fmt: skip
        file.write_text(wrong)
        with pytest.raises(SettingError):
            signer_in(file)
        with pytest.raises(SettingError):
            open_centre(Settings(data=tmp_path), clock, bytes)
