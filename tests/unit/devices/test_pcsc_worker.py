"""The process before one PC/SC reader: it ends by itself, and names what it lacks."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from timeouts import scaled

from laneside.devices import pcsc as process
from laneside.devices.pcsc import PcscSlot, PcscWorker
from laneside.devices.pcsc_troubles import PcscCause, PcscError


def slot() -> PcscSlot:
    return PcscSlot("card", "any", answer_timeout_s=0.3, open_timeout_s=0.3)


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
