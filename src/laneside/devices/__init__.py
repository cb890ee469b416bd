"""Links to things outside (readers, plate reading, the form without a lane) and what the machine itself gives.

Sockets and time-outs live here and nowhere below. No rule, no decision and no byte of a chip's file may enter.
"""

from __future__ import annotations

from laneside.devices.lane import NoLane
from laneside.devices.machine import SystemClock, battery_percent, is_locked, lock_folder
from laneside.devices.pcsc import PcscLink
from laneside.devices.plates import PlateProcess
from laneside.devices.serial import SerialLink
from laneside.devices.tcp import TcpLink

__all__ = [
    "NoLane",
    "PcscLink",
    "PlateProcess",
    "SerialLink",
    "SystemClock",
    "TcpLink",
    "battery_percent",
    "is_locked",
    "lock_folder",
]
