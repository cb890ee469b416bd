"""The command line of the centre."""

from datetime import UTC, datetime

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from laneside.centre.app import open_centre
from laneside.centre.demo import STATION_HEX
from laneside.centre.server import SystemClock
from laneside.centre.settings import Settings
from laneside.cli.centre import register
from laneside.contract.enrolment import EnrolmentCode
from laneside.contract.parameters import DocumentKind, Parameters, TariffTable
from laneside.contract.signing import canonical, parse

PASSWORDS = {
    "LANESIDE_DEMO_COLLECTOR": "c",
    "LANESIDE_DEMO_SHIFT_LEADER": "s",
    "LANESIDE_DEMO_ADMINISTRATOR": "a",
    "LANESIDE_DEMO_CENTRE": "centre-12",
}


@pytest.fixture
def command():
    app = typer.Typer()

    @app.callback()
    def laneside():
        """Stand in for the other commands."""

    register(app)
    return lambda *words: CliRunner().invoke(app, ["centre", *words], env=PASSWORDS)


@pytest.fixture
def folder(tmp_path, command):
    seed = command("seed-demo", "--data", str(tmp_path), "--listed-card", "6" * 20, "--listed-obu", "6" * 16)
    assert (seed.exit_code, seed.output) == (0, "filled\n")
    return tmp_path


def newest(folder, kind):
    import secrets

    opened = open_centre(Settings(data=folder), SystemClock(), secrets.token_bytes)
    document, key = opened.documents.newest(STATION_HEX, kind), opened.public_key
    opened.close()
    return document, key


def test_a_code_is_printed_for_the_only_station(command, folder):
    printed = command("enrol-code", "--data", str(folder))
    _, key = newest(folder, DocumentKind.TARIFF)
    assert EnrolmentCode.parse(printed.output).pins(key)
    assert command("enrol-code", "--data", str(folder), "--station", "FFFFFFFF").exit_code == 2


def test_an_empty_centre_has_no_station_to_enrol_for(command, tmp_path):
    assert command("enrol-code", "--data", str(tmp_path)).exit_code == 2


def test_a_holiday_is_published_as_a_new_tariff_for_its_time(command, folder):
    words = ("holiday", "--data", str(folder), "--name", "假日", "--from", "2027-10-01", "--to", "2027-10-08T00:00:00")
    made = command(*words, "--activates-at", "2027-09-01")
    assert (made.exit_code, made.output) == (0, "2\n")
    document, _ = newest(folder, DocumentKind.TARIFF)
    (window,) = parse(document.body, TariffTable).holidays
    assert (window.name, window.seats_max) == ("假日", 7)
    assert window.starts_at == datetime(2027, 9, 30, 16, tzinfo=UTC)
    assert window.ends_at == datetime(2027, 10, 7, 16, tzinfo=UTC)
    assert document.activates_at == datetime(2027, 8, 31, 16, tzinfo=UTC)
    backwards = command("holiday", "--data", str(folder), "--name", "x", "--from", "2027-10-08", "--to", "2027-10-01")
    assert backwards.exit_code == 2


def test_a_document_is_published_from_a_file(command, folder, tmp_path):
    document, _ = newest(folder, DocumentKind.TARIFF)
    table = msgspec.structs.replace(parse(document.body, TariffTable), kinds=())
    file = tmp_path / "tariff.json"
    file.write_bytes(canonical(table))
    assert command("publish", "--data", str(folder), "tariff", str(file)).output == "2\n"
    published, _ = newest(folder, DocumentKind.TARIFF)
    assert parse(published.body, TariffTable) == table
    file.write_bytes(b"{}")
    refused = command("publish", "--data", str(folder), "tariff", str(file))
    assert refused.exit_code == 2
    assert "contract: TariffTable" in refused.output
    assert command("publish", "--data", str(folder), "secrets", str(file)).exit_code == 2


def test_a_password_is_set(command, folder):
    assert command("password", "--data", str(folder), "--password", "another-1").exit_code == 0
    short = command("password", "--data", str(folder), "--password", "x")
    assert (short.exit_code, "setting:" in short.output) == (2, True)


def test_running_wants_a_folder(command):
    assert command().exit_code == 2


def test_what_is_shown_can_be_changed_and_published_again(command, folder, tmp_path):
    shown = command("show", "--data", str(folder), "parameters").output
    file = tmp_path / "parameters.json"
    file.write_text(shown.replace('"duplicateWindowS": 300', '"duplicateWindowS": 60'), encoding="utf-8")
    assert command("publish", "--data", str(folder), "parameters", str(file)).output == "2\n"
    published, _ = newest(folder, DocumentKind.PARAMETERS)
    assert parse(published.body, Parameters).policy.duplicate_window_s == 60
    assert command("show", "--data", str(folder), "secrets").exit_code == 2


def test_a_certificate_and_its_key_go_together_and_must_be_readable(command, tmp_path):
    alone = command("--data", str(tmp_path / "c"), "--tls-cert", "here.pem")
    assert (alone.exit_code, "--tls-key" in alone.output) == (2, True)
    missing = command("--data", str(tmp_path / "c"), "--tls-cert", "here.pem", "--tls-key", "there.pem")
    assert missing.exit_code == 2
    assert missing.stderr == "setting: certificate here.pem and key there.pem: [Errno 2] No such file or directory\n"


def test_a_proxy_that_is_no_address_is_refused_in_words(command, tmp_path):
    refused = command("--data", str(tmp_path / "c"), "--trusted-proxy", "proxy.example")
    assert refused.exit_code == 2
    assert "a trusted proxy is an IP address or a network" in refused.stderr
