"""The battery as the kernel tells it."""

from __future__ import annotations

from pathlib import Path

_SUPPLIES = Path("/sys/class/power_supply")


def battery_percent(supplies: Path = _SUPPLIES) -> int | None:
    """Return the charge of the device's first battery; None on a machine without one that tells it."""
    for capacity in sorted(supplies.glob("*/capacity")):
        if _text(capacity.with_name("type")) == "Battery" and _text(capacity).isdecimal():
            return int(_text(capacity))
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""  # a battery that was taken out while we looked
