"""One-time codes, and what a device gets for one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, RowMapping, insert, select, update

from laneside.centre.storage.database import Database
from laneside.centre.storage.tables import enrolment_codes, terminals
from laneside.clock import Clock
from laneside.contract.enrolment import CODE_BYTES, EnrolmentCode
from laneside.contract.exchange import EnrolmentReply, EnrolmentRequest, Refusal

_SLOTS: Final = range(1, 100)
_SLOT_REST: Final = timedelta(days=30)
"""How long a revoked terminal's slot stays unused: the ids that it made must not meet new ones."""

CODE_INVALID: Final = Refusal(
    code="enrolment-code",
    text="登记码无效、已过期或已被使用 / the code is unknown, expired or used",
    remedy="在中心“终端”页生成新的登记码 / make a new code on the centre's page of terminals",
)
KEY_INVALID: Final = Refusal(code="device-key", text="设备公钥无效 / the device key is no Ed25519 key")
SLOTS_EXHAUSTED: Final = Refusal(
    code="slots-exhausted",
    text="本站终端号已用尽 / every slot of this station is taken",
    remedy="注销不用的终端，30 天后可再用 / revoke unused terminals; a slot is free after 30 days",
)


class IssuedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code as it is shown once; the centre keeps only its digest."""

    code: EnrolmentCode
    station_hex: str
    expires_at: datetime


class Enrolment:
    """Issue codes and turn them into terminals."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        random_bytes: Callable[[int], bytes],
        centre_key: bytes,
        code_life: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._random_bytes = random_bytes
        self._centre_key = centre_key
        self._code_life = code_life

    def issue(self, station_hex: str) -> IssuedCode:
        """Make a code for one new terminal of a station."""
        code = EnrolmentCode.draw(random=self._random_bytes(CODE_BYTES), centre_key=self._centre_key)
        now = self._clock.now()
        issued = IssuedCode(code=code, station_hex=station_hex, expires_at=now + self._code_life)
        row = {"code_digest": _digest(code.code), "station_hex": station_hex, "expires_at": issued.expires_at}
        with self._database.writing() as connection:
            connection.execute(insert(enrolment_codes).values(issued_at=now, **row))
        return issued

    def enrol(self, request: EnrolmentRequest) -> EnrolmentReply | Refusal:
        """Take a device in; the same device may repeat its request, for the first reply may have been lost."""
        if not _is_key(request.device_key) or not request.name.strip() or len(request.name) > 80:
            return KEY_INVALID
        with self._database.writing() as connection:
            query = select(enrolment_codes).where(enrolment_codes.c.code_digest == _digest(request.code))
            code = connection.execute(query).mappings().one_or_none()
            if code is None or code["expires_at"] <= self._clock.now():
                return CODE_INVALID
            if code["used_at"] is not None:
                return self._enrolled_before(connection, code, request)
            return self._enrol(connection, code, request)

    def _enrol(self, connection: Connection, code: RowMapping, request: EnrolmentRequest) -> EnrolmentReply | Refusal:
        now = self._clock.now()
        station_hex: str = code["station_hex"]
        slot = _free_slot(connection, station_hex, rested_since=now - _SLOT_REST)
        if slot is None:
            return SLOTS_EXHAUSTED
        terminal_id = f"T{station_hex}{slot:02d}{self._random_bytes(4).hex().upper()}"
        row = {"terminal_id": terminal_id, "name": request.name.strip(), "station_hex": station_hex, "slot": slot}
        connection.execute(insert(terminals).values(device_key=request.device_key, enrolled_at=now, **row))
        used = update(enrolment_codes).where(enrolment_codes.c.code_digest == code["code_digest"])
        connection.execute(used.values(used_at=now, terminal_id=terminal_id))
        return self._reply(terminal_id, slot, station_hex)

    def _enrolled_before(
        self, connection: Connection, code: RowMapping, request: EnrolmentRequest
    ) -> EnrolmentReply | Refusal:
        same = (terminals.c.terminal_id == code["terminal_id"]) & (terminals.c.device_key == request.device_key)
        row = (
            connection.execute(select(terminals).where(same, terminals.c.revoked_at.is_(None))).mappings().one_or_none()
        )
        return CODE_INVALID if row is None else self._reply(row["terminal_id"], row["slot"], row["station_hex"])

    def _reply(self, terminal_id: str, slot: int, station_hex: str) -> EnrolmentReply:
        return EnrolmentReply(terminal_id=terminal_id, slot=slot, station_hex=station_hex, centre_key=self._centre_key)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _is_key(device_key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(device_key)
    except ValueError:
        return False
    return True


def _free_slot(connection: Connection, station_hex: str, *, rested_since: datetime) -> int | None:
    """Return the lowest slot that no terminal of the station has or had a short time ago."""
    recent = terminals.c.revoked_at.is_(None) | (terminals.c.revoked_at > rested_since)
    query = select(terminals.c.slot).where(terminals.c.station_hex == station_hex, recent)
    taken = set(connection.execute(query).scalars())
    return next((slot for slot in _SLOTS if slot not in taken), None)
