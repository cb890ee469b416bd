"""A process that is being started is known before anybody can be told to stop."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from timeouts import scaled

from laneside.cli import fleet
from laneside.cli.fleet import Fleet


def test_an_interrupt_in_the_very_start_of_a_process_finds_it_among_the_members(tmp_path: Path, monkeypatch) -> None:
    spawn = fleet.subprocess.Popen

    def interrupted(*args, **kwargs):
        child = spawn(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGINT)
        return child

    monkeypatch.setattr(fleet.subprocess, "Popen", interrupted)
    monkeypatch.setattr(fleet.sys, "executable", "/bin/true")
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = Fleet(data=tmp_path)
    try:
        with pytest.raises(KeyboardInterrupt):
            started.start_centre()
        assert started.members["centre"].child.wait(scaled(10)) == 0
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
