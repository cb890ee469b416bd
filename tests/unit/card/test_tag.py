"""Tag flows against literal hex (spec/obu.md)."""

from __future__ import annotations

import pytest
from bench import CAPP_AFTER, VEHICLE_FILE, system_file
from scripts import played

from laneside.card.status import ChipRefusedError, Meaning
from laneside.card.tag import read_capp_copy, read_passage, read_system, read_vehicle, vehicle_file, write_capp_copy
from laneside.codec.tag import SystemInfo

CHALLENGE = bytes.fromhex("0102030405060708")


CIPHER = "88864F8C" + "00" * 84


PLAIN = "57 0102030405060708" + VEHICLE_FILE.hex()


TDES = SystemInfo.from_bytes(system_file()[:27])


SM4 = SystemInfo.from_bytes(system_file(sm4=True)[:27])


TO_EF04 = "tag > 00A4000002 3F00 < 9000\n tag > 00A4000002 DF01 < 9000\n tag > 00A4000002 EF04 < 9000\n"


REGION = "B8CACBE0B8CACBE0"


def test_the_system_file_is_read_up_to_its_removal_flag():
    script = f"tag > 00A4000002 3F00 < 9000\n tag > 00B081001B < {system_file()[:27].hex()} 9000"
    system = played(read_system(), script)
    assert (system.contract_serial, system.removal_flag) == ("6201012300004567", 1)


def test_a_3des_vehicle_file_is_decrypted_by_the_psam():
    script = f"""
        tag > 00A4000002 DF01 < 9000
        tag > 00B400000A 0102030405060708 4F 00 < {CIPHER} 9000
        psam > 801A590310 6201012300004567 {REGION} < 9000
        psam > 80FA800058 {CIPHER} < {PLAIN} 9000
    """
    assert played(read_vehicle(TDES, CHALLENGE), script).plate == "甘A12345"


def test_an_sm4_vehicle_file_uses_the_other_keys_and_head():
    cipher = "C6" * 96
    script = f"""
        tag > 00A4000002 DF01 < 9000
        tag > 00B400000A 0102030405060708 4F 40 < {cipher} 9000
        psam > 801A594310 6201012300004567 {REGION} < 9000
        psam > 80FA800060 {cipher} < 5F {"11" * 16} {VEHICLE_FILE.hex()} 9000
    """
    assert played(read_vehicle(SM4, CHALLENGE), script).toll_class == 1


def test_a_tag_that_gives_no_79_bytes_is_asked_for_59():
    script = f"""
        tag > 00A4000002 DF01 < 9000
        tag > 00B400000A 0102030405060708 4F 00 < 6A80
        tag > 00B400000A 0102030405060708 3B 00 < {"45" * 72} 9000
        psam > 801A590310 6201012300004567 {REGION} < 9000
        psam > 80FA800048 {"45" * 72} < 43 0102030405060708 {VEHICLE_FILE[:59].hex()} 80000000 9000
    """
    assert bytes(played(read_vehicle(TDES, CHALLENGE), script)) == VEHICLE_FILE[:59]


def test_a_psam_without_authorisation_does_not_decrypt():
    script = f"""
        tag > 00A4000002 DF01 < 9000
        tag > 00B400000A 0102030405060708 4F 00 < {CIPHER} 9000
        psam > 801A590310 6201012300004567 {REGION} < 6985
    """
    with pytest.raises(ChipRefusedError) as refused:
        played(read_vehicle(TDES, CHALLENGE), script)
    assert refused.value.meaning is Meaning.NOT_AUTHORISED


MILITARY = b"WJ" + VEHICLE_FILE[2:]


SUFFIXED = bytes.fromhex("BEA94131323334D1A7") + VEHICLE_FILE[9:]


@pytest.mark.parametrize("content", [VEHICLE_FILE, MILITARY, SUFFIXED])
@pytest.mark.parametrize("check", [8, 16])
def test_both_sm4_heads_are_told_apart(content, check):
    head = bytes((len(content) + check,)) + bytes(range(0x01, 0x01 + check))
    plain = (head + content + b"\x80").ljust(96, b"\x00")[:96]
    assert vehicle_file(plain, length=79, sm4=True) == content


def test_a_vehicle_file_that_is_too_short_is_refused():
    with pytest.raises(ChipRefusedError):
        vehicle_file(bytes(32), length=79, sm4=False)


@pytest.mark.parametrize("length", [79, 241])
def test_a_cipher_of_a_length_that_no_block_has_is_not_sent_to_the_psam(length):
    """Too short for the file that was asked for, or longer than the PSAM takes."""
    script = f"""
        tag > 00A4000002 DF01 < 9000
        tag > 00B400000A 0102030405060708 4F 00 < {"C6" * length} 9000
    """
    with pytest.raises(ChipRefusedError, match=f"gave {length} bytes") as refused:
        played(read_vehicle(TDES, CHALLENGE), script)
    assert refused.value.meaning is Meaning.WRONG_LENGTH


def test_the_passage_block_is_read_at_314():
    block = bytes(5) + CAPP_AFTER[:39] + bytes(47)
    passage = played(read_passage(), TO_EF04 + f"tag > 00B0013A5B < {block.hex()} 9000")
    assert passage.capp_copy == CAPP_AFTER[:39]


def test_the_copy_is_written_without_mac_at_013f():
    played(write_capp_copy(CAPP_AFTER), TO_EF04 + f"tag > 00D6013F27 {CAPP_AFTER[:39].hex()} < 9000")
    copy = played(read_capp_copy(), TO_EF04 + f"tag > 00B0013F27 < {CAPP_AFTER[:39].hex()} 9000")
    assert copy == CAPP_AFTER[:39]


def test_a_write_that_the_tag_refuses_is_an_error():
    with pytest.raises(ChipRefusedError, match="UPDATE BINARY: 6982"):
        played(write_capp_copy(CAPP_AFTER), TO_EF04 + f"tag > 00D6013F27 {CAPP_AFTER[:39].hex()} < 6982")
