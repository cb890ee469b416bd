"""Play a flow against literal hex: each line names the chip, what must be sent, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from laneside.card.apdu import ChipFlow, Device, Response

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Line:
    """One expected exchange."""

    device: Device
    command: bytes
    answer: bytes


def script(text: str) -> list[Line]:
    """Read ``card > 00A4... < 9000`` lines; blanks inside the hex are free."""
    lines = []
    for row in filter(None, (row.split("#")[0].strip() for row in text.splitlines())):
        device, exchange = row.split(">")
        command, answer = (bytes.fromhex(half.replace(" ", "")) for half in exchange.split("<"))
        lines.append(Line(Device(device.strip()), command, answer))
    return lines


def played(flow: ChipFlow[Result], text: str) -> Result:
    """Carry a flow through a script, byte by byte; the script must be used up."""
    lines = iter(script(text))
    try:
        exchange = next(flow)
        while True:
            line = next(lines, None)
            assert line is not None, f"nothing expected, but {exchange.device} is sent {exchange.apdu.hex().upper()}"
            assert (exchange.device, exchange.apdu.hex().upper()) == (line.device, line.command.hex().upper())
            response = Response.from_bytes(line.answer)
            assert response is not None, "a script answers whole words"
            exchange = flow.send(response)
    except StopIteration as stop:
        assert next(lines, None) is None, "the flow ended before its script"
        return stop.value
    finally:
        flow.close()
