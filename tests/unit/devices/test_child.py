"""A supervised child: asked with a time-out, gone after any failure, never waited for by the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

import pytest
from timeouts import scaled

from laneside.devices.child import Child, ChildError, ChildFault

ECHO = "import sys\nfor line in sys.stdin:\n    print(line, end='', flush=True)\n"


@contextmanager
def child(script: str) -> Iterator[Child]:
    made = Child([sys.executable, "-c", script])
    yield made
    made.kill()


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - a file of the kernel
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_an_answer_is_the_childs_line() -> None:
    with child(ECHO) as echo:
        assert echo.ask("read", timeout_s=scaled(10), photo=b"\x01") == {
            "op": "read", "timeout_s": scaled(10), "photo": "AQ==",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("import time\ntime.sleep(60)", ChildFault.HUNG),
        ("pass", ChildFault.LOST),
        ("print('no json', flush=True)\ninput()", ChildFault.LOST),
    ],
)  # fmt: skip
def test_a_child_without_a_proper_answer_is_gone_afterwards(script: str, fault: ChildFault) -> None:
    with child(script) as made:
        with pytest.raises(ChildError) as caught:
            made.ask("hello", timeout_s=0.5 if fault is ChildFault.HUNG else scaled(10))
        assert (caught.value.fault, alive(made.pid)) == (fault, False)


def test_a_question_ends_when_another_thread_kills_the_child() -> None:
    with child("import time\ntime.sleep(60)") as made:
        Timer(0.2, made.kill_waiting).start()
        begun = time.monotonic()
        with pytest.raises(ChildError) as caught:
            made.ask("hello", timeout_s=scaled(30))
        assert (caught.value.fault, time.monotonic() - begun < scaled(10)) == (ChildFault.LOST, True)


def test_a_command_that_does_not_exist_is_a_lost_child() -> None:
    with pytest.raises(ChildError) as caught:
        Child(["/nowhere/worker"])
    assert caught.value.fault is ChildFault.LOST
