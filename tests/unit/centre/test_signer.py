"""Who signs for PSAMs: no one by default, the stand-in by a settings file, nothing else."""

from __future__ import annotations

import pytest

from laneside.centre.authorisations.signer import SIGNER_OFF, NoSigner, SoftwareSigner, signer_in, write_software_signer
from laneside.contract.authorisation import PsamAuthorisationRequest
from laneside.errors import SettingError

REQUEST = PsamAuthorisationRequest(
    terminal_number="620100001001", psam_number="62010000000000001001", psam_version="05", key_type="01",
    area_code="B8CACBE0", random="0102030400000000",
)  # fmt: skip


def test_without_a_file_or_its_table_nothing_is_signed(tmp_path) -> None:
    file = tmp_path / "centre.toml"
    assert signer_in(file).sign(REQUEST) == SIGNER_OFF
    file.write_text("[other]\n")
    assert isinstance(signer_in(file), NoSigner)


def test_the_stand_in_is_turned_on_by_the_file_that_is_written_for_its_owner_alone(tmp_path) -> None:
    file = tmp_path / "centre.toml"
    write_software_signer(file, b"\x11" * 16)
    assert file.stat().st_mode & 0o777 == 0o600
    apdu = signer_in(file).sign(REQUEST)
    assert (apdu[:5].hex(), len(apdu)) == ("0082004108", 13)
    assert apdu == SoftwareSigner(root=b"\x11" * 16).sign(REQUEST)
    assert "11" * 16 not in repr(signer_in(file))


@pytest.mark.parametrize(
    "text",
    ["not toml", '[psam-authorisation]\nsigner = "hsm"\nroot = "00"\n',
     '[psam-authorisation]\nsigner = "software-for-virtual-psam"\nroot = "zz"\n',
     '[psam-authorisation]\nsigner = "software-for-virtual-psam"\nroot = "00"\n'],
)  # fmt: skip
def test_a_file_without_meaning_is_refused(tmp_path, text: str) -> None:
    file = tmp_path / "centre.toml"
    file.write_text(text)
    with pytest.raises(SettingError):
        signer_in(file)
