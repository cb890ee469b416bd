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
from laneside.devices import pcsc as process
from laneside.devices.pcsc import PcscLink, PcscSlot, PcscWorker, as_t0
from laneside.devices.pcsc_troubles import NoChipError, PcscCause, PcscError, PcscTrouble, cause_of
from laneside.errors import LinkLostError, NothingPresentedError, SettingError
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


@pytest.mark.parametrize("cause", list(PcscCause))
def test_every_cause_speaks_both_languages_and_says_what_to_do(cause: PcscCause):
    for words in (cause.text, cause.remedy):
        assert not words.zh.isascii()
        assert words.en.isascii()
        assert words.en


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        (0x8010000C, NothingPresentedError, PcscCause.NO_CHIP),
        (0x80100066, NothingPresentedError, PcscCause.MUTE_CHIP),
        (0x80100069, NothingPresentedError, PcscCause.REMOVED),
        (0x8010000B, LinkLostError, PcscCause.IN_USE),
        (0x80100068, LinkLostError, PcscCause.RESET),
        (0x8010001D, LinkLostError, PcscCause.NO_SERVICE),
        (0x8010006A, LinkLostError, PcscCause.NOT_PERMITTED),
        (0x80100099, LinkLostError, PcscCause.OTHER),
    ],
)
def test_a_code_becomes_its_cause(code: int, kind: type[Exception], cause: PcscCause):
    error = PcscTrouble(cause=cause_of(code), where="card", code=code).at_opening()
    assert isinstance(error, kind)
    assert isinstance(error, PcscError | NoChipError)
    assert (error.trouble.cause, f"{code:08X}" in str(error)) == (cause, True)


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


def test_a_worker_ends_by_itself_when_its_terminal_is_gone():
    worker = PcscWorker()
    worker._link.close()
    assert worker._process.wait(scaled(5)) == 0


def worker_script(folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: tuple[str, str]) -> None:
    """Let the workers run a script that differs from the real one in single words."""
    text = process.WORKER.read_text(encoding="utf-8")
    for old, new in changes.values():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    script = folder / "worker.py"
    script.write_text(text, encoding="utf-8")
    monkeypatch.setattr(process, "WORKER", script)


def test_a_worker_that_hangs_without_a_terminal_ends_by_its_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    worker_script(
        tmp_path,
        monkeypatch,
        sooner=("ALARM_AFTER_S = 2.0", "ALARM_AFTER_S = 0.2"),
        anywhere=('import_module("smartcard.scard")', "None"),
        hanging=("return reader.names()", "return signal.pause()"),
    )
    worker = PcscWorker()
    worker._link.sendall(b'{"op": "list", "timeout_s": 0.2}\n')
    assert worker._process.wait(scaled(5)) == -signal.SIGALRM
    worker.kill()


def test_a_missing_library_is_named_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    worker_script(tmp_path, monkeypatch, missing=("smartcard.scard", "no_such_library"))
    card = slot()
    with pytest.raises(PcscError, match="no_such_library") as caught:
        card.open()
    assert caught.value.trouble.cause is PcscCause.NO_LIBRARY
    assert "pcsc" in caught.value.trouble.cause.remedy.zh
    assert card._worker is None


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
