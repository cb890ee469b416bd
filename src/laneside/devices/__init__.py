"""Links to things outside: roadside, lane's computer, PC/SC, serial and TCP readers, plate reading, panel, clock.

Sockets and time-outs live here and nowhere below. No rule, no decision and no byte of a chip's file may enter.
"""

from __future__ import annotations

from laneside.devices.clock import SystemClock
from laneside.devices.lane import NoLane, VirtualLane
from laneside.devices.panel import ReaderPanel, RoadsidePanel
from laneside.devices.pcsc import PcscLink
from laneside.devices.plates import PlateProcess
from laneside.devices.roadside import RoadsideChannel, RoadsideLink
from laneside.devices.serial import SerialLink
from laneside.devices.tcp import TcpLink

__all__ = [
    "NoLane",
    "PcscLink",
    "PlateProcess",
    "ReaderPanel",
    "RoadsideChannel",
    "RoadsideLink",
    "RoadsidePanel",
    "SerialLink",
    "SystemClock",
    "TcpLink",
    "VirtualLane",
]
