"""Operators as the terminals know them: never a password, only its verifier."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from laneside.contract.parameters import Operator, Role


def operator_with_password(
    *,
    operator_id: str,
    name: str,
    role: Role,
    station_hex: str,
    password: str,
    random_bytes: Callable[[int], bytes],
) -> Operator:
    """Make an operator whose verifier is scrypt(n=2**14, r=8, p=1, 32 bytes) over the password and 16 random bytes."""
    salt = random_bytes(16)
    verifier = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return Operator(
        operator_id=operator_id, name=name, role=role, station_hex=station_hex, salt=salt, verifier=verifier
    )
