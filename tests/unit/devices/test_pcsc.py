"""PC/SC without any reader: names, shapes, causes, and a worker that hangs, dies, or finds no library."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from timeouts import scaled
from typer.testing import CliRunner

from laneside.cli import app
from laneside.devices.pcsc import PcscLink, PcscSlot, as_t0
from laneside.devices.pcsc_troubles import PcscCause, PcscError
from laneside.errors import SettingError
from laneside.virtual import pcsc_daemon


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        ("00A4000002100100", "00A40000021001"),
        ("00A40000021001", "00A40000021001"),
        ("00B0950032", "00B0950032"),
        ("00840000", "0084000000"),
        ("805401000F" + "00" * 15 + "08", "805401000F" + "00" * 15),
        ("00C0000008", "00C0000008"),
    ],
)
def test_a_command_is_shaped_for_t0(command: str, sent: str):
    assert as_t0(bytes.fromhex(command)).hex().upper() == sent


@pytest.mark.parametrize(("card", "psam"), [("", "b"), ("a", ""), ("Same", "same")])
def test_two_readers_need_two_names(card: str, psam: str):
    with pytest.raises(SettingError):
        PcscLink(card_reader=card, psam_reader=psam)


def slot() -> PcscSlot:
    return PcscSlot("card", "any", answer_timeout_s=0.3, open_timeout_s=0.3)


def test_a_stopped_worker_is_left_in_time_and_replaced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", "/nowhere")
    card = slot()
    card.ask("hello", timeout_s=scaled(5))
    first = card._worker
    assert first is not None
    os.kill(first.pid, signal.SIGSTOP)
    begun = time.monotonic()
    with pytest.raises(PcscError) as caught:
        card.open()
    assert (caught.value.trouble.cause, time.monotonic() - begun < scaled(2.0)) == (PcscCause.HUNG, True)
    assert not Path(f"/proc/{first.pid}").exists()
    card.ask("hello", timeout_s=scaled(5))
    assert card._worker is not None
    assert card._worker.pid != first.pid
    card.close()


def test_a_killed_worker_is_told_and_replaced():
    card = slot()
    card.ask("hello", timeout_s=scaled(5))
    assert card._worker is not None
    os.kill(card._worker.pid, signal.SIGKILL)
    with pytest.raises(PcscError) as caught:
        card.open()
    assert caught.value.trouble.cause is PcscCause.WORKER_LOST
    card.ask("hello", timeout_s=scaled(5))
    card.close()


def test_without_a_service_the_cause_is_named(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("smartcard", reason="needs the extra pcsc")
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", "/nowhere/pcscd.comm")
    card = slot()
    with pytest.raises(PcscError) as caught:
        card.open()
    assert caught.value.trouble.cause is PcscCause.NO_SERVICE
    card.close()


def test_the_virtual_readers_say_what_they_need(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pcsc_daemon.os, "geteuid", lambda: 1000)
    answer = CliRunner().invoke(app, ["virtual", "pcsc"])
    assert answer.exit_code == 1
    assert "root rights" in answer.output
