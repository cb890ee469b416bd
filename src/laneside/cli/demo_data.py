"""The demo's people and their passwords, and a centre filled with them. Invented, and of no use elsewhere."""

from __future__ import annotations

import secrets
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from laneside.centre.app import Centre


class DemoLogins(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers and passwords that the demo prints."""

    collector: tuple[str, str]
    shift_leader: tuple[str, str]
    administrator: tuple[str, str]
    centre: tuple[str, str]

    @property
    def logins(self) -> tuple[tuple[str, str, str], ...]:
        """Return what the welcome shows: whose, number, password."""
        return (
            ("收费员 collector    ", *self.collector),
            ("班长   shift leader ", *self.shift_leader),
            ("管理员 administrator", *self.administrator),
            ("收费中心 centre     ", *self.centre),
        )


DEMO = DemoLogins(
    collector=("620101", "lane-101"),
    shift_leader=("620100", "lead-100"),
    administrator=("620001", "admin-001"),
    centre=("admin", "centre-demo"),
)


def seed_centre(data: Path, logins: DemoLogins) -> None:
    """Fill a fresh centre with the demo's station, and have it sign for virtual PSAMs; a filled one stays as it is."""
    from laneside.cardcrypto.ciphers import Suite
    from laneside.centre.authorisations.signer import write_software_signer
    from laneside.centre.demo import DemoPasswords, seed_demo
    from laneside.centre.settings import Settings
    from laneside.virtual.chips.profiles import Purpose, VirtualKeys
    from laneside.virtual.vehicles import listed_keys

    passwords = DemoPasswords(
        collector=logins.collector[1],
        shift_leader=logins.shift_leader[1],
        administrator=logins.administrator[1],
        centre=logins.centre[1],
    )
    keys = listed_keys()
    signer = Settings(data=data).settings_file
    if not signer.exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_software_signer(signer, VirtualKeys().root(Purpose.PSAM_AUTHORISATION, Suite.SM4))
    with opened_centre(data) as centre:
        seed_demo(
            centre.documents,
            centre.accounts,
            centre.clock,
            centre.random_bytes,
            passwords=passwords,
            listed_card_id=keys["card"],
            listed_obu_id=keys["obu"],
        )


def publish_policy(data: Path, **changes: object) -> None:
    """Publish the station's parameters once more with another policy, effective at once."""
    import msgspec

    from laneside.centre.demo import STATION_HEX
    from laneside.contract.parameters import DocumentKind, Parameters
    from laneside.contract.signing import parse

    with opened_centre(data) as centre:
        newest = centre.documents.newest(STATION_HEX, DocumentKind.PARAMETERS)
        assert newest is not None, "a seeded centre has parameters"
        before = parse(newest.body, Parameters)
        policy = msgspec.structs.replace(before.policy, **changes)
        after = msgspec.structs.replace(before, policy=policy)
        centre.documents.publish(DocumentKind.PARAMETERS, after, centre.clock.now())


def enrolment_code(data: Path) -> str:
    """Return a one-time code for a new terminal of the demo's station."""
    from laneside.centre.demo import STATION_HEX

    with opened_centre(data) as centre:
        return centre.enrolment.issue(STATION_HEX).code.format()


def opened_centre(data: Path) -> closing[Centre]:
    """Open a centre's folder for a ``with`` block, beside a running centre or without one."""
    from laneside.centre.app import open_centre
    from laneside.centre.settings import Settings
    from laneside.devices.machine import SystemClock

    return closing(open_centre(Settings(data=data), SystemClock(), secrets.token_bytes))
