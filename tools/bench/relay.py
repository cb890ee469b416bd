"""A relay between terminal and reader that notes when bytes pass: how long the one waits for the other."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from threading import Condition, Thread

import msgspec

from laneside.rsu import TcpDecoder, TcpFrame

CHUNK = 4096


class Side(StrEnum):
    """Who sent."""

    HOST = "host"
    READER = "reader"


class Passed(msgspec.Struct, frozen=True):
    """Some bytes, noted before they were passed on: what the relay costs is the receiver's."""

    at_s: float
    side: Side
    data: bytes


class Relay:
    """Listens for a terminal and opens the reader for it, as often as it comes. ``log`` grows until it is cleared."""

    def __init__(self, reader: Callable[[], tuple[str, int]]) -> None:
        self._reader = reader
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._noted = Condition()
        self._log: list[Passed] = []
        self._said_s: dict[int, float] = {}
        Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        """Where the terminal finds its reader."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def await_word(self, message: int, *, begun_s: float, wait_s: float) -> float:
        """Wait until the reader has said a message; return when it was whole. Raises OSError where it says none.

        Whoever waits here looks at nothing meanwhile: an observer takes time from what it observes.
        """
        with self._noted:
            if not self._noted.wait_for(lambda: self._said_s.get(message, 0.0) >= begun_s, wait_s):
                raise OSError(f"the reader said no {message:02X}")
            return self._said_s[message]

    def between(self, begun_s: float, ended_s: float) -> list[Passed]:
        """Return what passed between two moments, and forget everything up to the second."""
        with self._noted:
            found = [each for each in self._log if begun_s <= each.at_s <= ended_s]
            self._log = [each for each in self._log if each.at_s > ended_s]
        return found

    def close(self) -> None:
        """Listen no more; a connection ends with its two ends."""
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                host, _ = self._listener.accept()
                reader = socket.create_connection(self._reader())
                for end in (host, reader):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Thread(target=self._pump, args=(host, reader, Side.HOST), daemon=True).start()
                Thread(target=self._pump, args=(reader, host, Side.READER), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, side: Side) -> None:
        decoder = TcpDecoder()
        with suppress(OSError):  # an end is gone, and the other one is told below
            while data := source.recv(CHUNK):
                passed = Passed(time.perf_counter(), side, data)
                with self._noted:
                    self._log.append(passed)
                sink.sendall(data)
                if side is Side.READER:
                    self._hear(passed, decoder)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def _hear(self, passed: Passed, decoder: TcpDecoder) -> None:
        """Note the messages that became whole with these bytes, once they are on their way."""
        messages = [frame.body[0] for frame in decoder.feed(passed.data) if isinstance(frame, TcpFrame)]
        with self._noted:
            self._said_s.update(dict.fromkeys(messages, passed.at_s))
            self._noted.notify_all()


def readers_s(passed: list[Passed], begun_s: float) -> float:
    """Sum up the time in which the terminal waited for the reader.

    That is from each command to the last byte before the next one, and from the beginning where the reader spoke first.
    """
    total_s, asked_s, heard_s = 0.0, begun_s, begun_s
    for each in passed:
        if each.side is Side.READER:
            heard_s = each.at_s
            continue
        total_s += max(0.0, heard_s - asked_s)
        asked_s = heard_s = each.at_s
    return total_s + max(0.0, heard_s - asked_s)
