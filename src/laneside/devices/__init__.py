"""Links to things outside (roadside, lane, readers, plate reading, panel) and what the machine itself gives.

Sockets and time-outs live here and nowhere below. No rule, no decision and no byte of a chip's file may enter.
"""

from __future__ import annotations

from laneside.devices.lane import NoLane, VirtualLane
from laneside.devices.machine import SystemClock, battery_percent, is_locked, lock_folder
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
    "battery_percent",
    "is_locked",
    "lock_folder",
]
