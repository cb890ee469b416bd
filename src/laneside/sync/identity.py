"""Who this terminal is: its device key, what the centre gave it at enrolment, and the centre's pinned key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from laneside.contract.enrolment import EnrolmentCode
from laneside.contract.exchange import EnrolmentReply, EnrolmentRequest, Refusal
from laneside.contract.signing import canonical, parse, public_bytes
from laneside.errors import SettingError, SignatureError
from laneside.sync.folder import Folder
from laneside.sync.link import CentreLink

_FILE = "identity.json"
_PENDING = "enrolment.json"


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    device_key: bytes
    reply: EnrolmentReply


class _Pending(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    device_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A terminal that the centre knows: id, two-digit slot, station (8 hex digits), pinned centre key (32 bytes)."""

    terminal_id: str
    slot: int
    station_hex: str
    centre_key: bytes
    key: Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what no centre may give; SettingError says which field."""
        if not (self.terminal_id.isascii() and self.terminal_id.isprintable() and 0 < len(self.terminal_id) <= 64):
            raise SettingError("the terminal's id must be 1 to 64 printable ASCII characters")
        if not 0 <= self.slot <= 99:
            raise SettingError(f"the terminal's slot must have two digits, not {self.slot}")
        if len(self.station_hex) != 8 or len(self.centre_key) != 32:
            raise SettingError("the station has 8 hex digits and the centre's key 32 bytes")

    def sign(self, message: bytes) -> bytes:
        """Sign with the device key (Ed25519, 64 bytes)."""
        return self.key.sign(message)

    @classmethod
    def load(cls, folder: Folder) -> Identity | None:
        """Read the identity from the device's folder; None before enrolment. ContractError if the file is damaged."""
        body = folder.read(_FILE)
        if body is None:
            return None
        kept = parse(body, _Kept)
        return _identity(kept.reply, Ed25519PrivateKey.from_private_bytes(kept.device_key))

    def save(self, folder: Folder) -> None:
        """Keep the identity in the device's folder."""
        reply = EnrolmentReply(
            terminal_id=self.terminal_id,
            slot=self.slot,
            station_hex=self.station_hex,
            centre_key=self.centre_key,
        )
        folder.write(_FILE, canonical(_Kept(device_key=self.key.private_bytes_raw(), reply=reply)))


def enrol(
    link: CentreLink, folder: Folder, *, code: EnrolmentCode, name: str, random_bytes: Callable[[int], bytes]
) -> Identity | Refusal:
    """Become a terminal of the centre behind ``link``; the key is made here and never leaves the device.

    The key is kept before the question goes out, so that after a lost answer the same code is asked again with the same
    key. Raises CentreUnreachableError, and SignatureError when the answering centre is not the one on the code.
    """
    key = _device_key(folder, code, random_bytes)
    request = EnrolmentRequest(code=code.code, name=name, device_key=public_bytes(key))
    headers = {"Content-Type": "application/json"}
    answer = link.exchange("POST", "/api/v1/enrol", body=canonical(request), headers=headers)
    if not answer.is_yes:
        return answer.refusal()
    reply = answer.as_a(EnrolmentReply)
    if not code.pins(reply.centre_key):
        raise SignatureError("the centre's key is not the one on the enrolment code")
    identity = _identity(reply, key)
    identity.save(folder)
    folder.remove(_PENDING)
    return identity


def _device_key(folder: Folder, code: EnrolmentCode, random_bytes: Callable[[int], bytes]) -> Ed25519PrivateKey:
    """Return the key of an enrolment with this code that was cut short, or make and keep a new one."""
    body = folder.read(_PENDING)
    if body is not None and (pending := parse(body, _Pending)).code == code.code:
        return Ed25519PrivateKey.from_private_bytes(pending.device_key)
    secret = random_bytes(32)
    folder.write(_PENDING, canonical(_Pending(code=code.code, device_key=secret)))
    return Ed25519PrivateKey.from_private_bytes(secret)


def _identity(reply: EnrolmentReply, key: Ed25519PrivateKey) -> Identity:
    return Identity(
        terminal_id=reply.terminal_id,
        slot=reply.slot,
        station_hex=reply.station_hex,
        centre_key=reply.centre_key,
        key=key,
    )
