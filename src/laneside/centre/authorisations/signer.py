"""Who signs for a PSAM. In the field that is the province's or the nation's service behind a signer of its own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from laneside.cardcrypto.messaging import psam_authorisation_cryptogram
from laneside.centre.storage.durable import write_durably
from laneside.contract.authorisation import PsamAuthorisationRequest
from laneside.contract.exchange import Refusal
from laneside.errors import SettingError

SIGNER_OFF: Final = Refusal(
    code="psam-signer-off",
    text="中心未配置PSAM授权服务 / this centre has no signer for PSAM authorisations",
    remedy="由中心管理员接入授权服务后自动重试 / the terminal goes on asking; connect a signer at the centre",
)

_TABLE: Final = "psam-authorisation"
_SOFTWARE: Final = "software-for-virtual-psam"
_HEAD: Final = bytes.fromhex("0082004108")


class AuthorisationSigner(Protocol):
    """Answer a PSAM's challenge."""

    def sign(self, request: PsamAuthorisationRequest) -> bytes | Refusal:
        """Return the 13-byte APDU for this PSAM and challenge, or why not."""
        ...


class NoSigner(msgspec.Struct, frozen=True):
    """The default: no PSAM is authorised."""

    def sign(self, request: PsamAuthorisationRequest) -> Refusal:  # noqa: ARG002 - the shape of the port
        """Refuse."""
        return SIGNER_OFF


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareSigner:
    """Sign for virtual PSAMs only, whose root is invented and public; never give it a root of value.

    The recipe is that of spec/psam-and-crypto.md section 3, which the field does not confirm.
    """

    root: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no root. Raises SettingError."""
        if len(self.root) != 16:
            raise SettingError("the root of PSAM authorisations has 16 bytes")

    def sign(self, request: PsamAuthorisationRequest) -> bytes:
        """Return the APDU; an area of four bytes is taken twice."""
        area = bytes.fromhex(request.area_code)
        cryptogram = psam_authorisation_cryptogram(
            self.root,
            region=area if len(area) == 8 else area * 2,
            serial=bytes.fromhex(request.psam_number),
            challenge=bytes.fromhex(request.random),
        )
        return _HEAD + cryptogram


def signer_in(settings_file: Path) -> AuthorisationSigner:
    """Return the signer that the centre's settings file names; without the file or the table nothing is signed.

    Raises SettingError for anything else than what is written by :func:`write_software_signer`.
    """
    if not settings_file.exists():
        return NoSigner()
    try:
        table: dict[str, Any] | None = tomllib.loads(settings_file.read_text(encoding="utf-8")).get(_TABLE)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{settings_file}: {error}") from error
    if table is None:
        return NoSigner()
    root = table.get("root")
    if table.get("signer") != _SOFTWARE or not isinstance(root, str):
        raise SettingError(f"{settings_file}: [{_TABLE}] wants signer = {_SOFTWARE!r} and a root")
    try:
        return SoftwareSigner(root=bytes.fromhex(root))
    except ValueError as error:
        raise SettingError(f"{settings_file}: the root is not hexadecimal") from error


def write_software_signer(settings_file: Path, root: bytes) -> None:
    """Write a settings file that turns this signer on, for its owner's eyes only."""
    SoftwareSigner(root=root)
    text = (
        "# A signer for virtual PSAMs. Its root is invented and public: never write one of value here.\n"
        f'[{_TABLE}]\nsigner = "{_SOFTWARE}"\nroot = "{root.hex().upper()}"\n'
    )
    write_durably(settings_file, text.encode(), mode=0o600)
