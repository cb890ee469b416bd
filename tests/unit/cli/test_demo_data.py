"""The demo's centre: filled once, by the people and passwords that the demo prints."""

from __future__ import annotations

from pathlib import Path

from laneside.cli.demo_data import DEMO, enrolment_code, opened_centre, seed_centre
from laneside.contract.enrolment import EnrolmentCode
from laneside.contract.parameters import DocumentKind, Parameters, Role
from laneside.contract.signing import parse
from laneside.passage.duty.duty import verifier

STATION = "62010A0B"


def test_a_centre_is_filled_once_with_the_printed_people(tmp_path: Path) -> None:
    seed_centre(tmp_path, DEMO)
    with opened_centre(tmp_path) as centre:
        versions = centre.documents.versions(STATION)
        newest = centre.documents.newest(STATION, DocumentKind.PARAMETERS)
        assert newest is not None
    people = {person.operator_id: person for person in parse(newest.body, Parameters).operators}
    wanted = {Role.COLLECTOR: DEMO.collector, Role.SHIFT_LEADER: DEMO.shift_leader}
    for role, (number, password) in (wanted | {Role.ADMINISTRATOR: DEMO.administrator}).items():
        assert people[number].role is role
        assert verifier(password, people[number].salt) == people[number].verifier
    seed_centre(tmp_path, DEMO)
    with opened_centre(tmp_path) as centre:
        assert centre.documents.versions(STATION) == versions


def test_each_enrolment_code_is_new_and_pins_this_centres_key(tmp_path: Path) -> None:
    seed_centre(tmp_path, DEMO)
    first, second = (EnrolmentCode.parse(enrolment_code(tmp_path)) for _ in range(2))
    assert first.code != second.code
    with opened_centre(tmp_path) as centre:
        assert first.pins(centre.public_key)


def test_the_welcome_names_every_login() -> None:
    assert [(number, password) for _, number, password in DEMO.logins] == [
        DEMO.collector, DEMO.shift_leader, DEMO.administrator, DEMO.centre,
    ]  # fmt: skip
