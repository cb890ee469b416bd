"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def describe(folder: Path) -> dict[str, str]:
    """Return processor, memory, system, Python, and the file system below ``folder``."""
    cpu = _found(r"^model name\s*: (.+)$", Path("/proc/cpuinfo")) or platform.processor() or platform.machine()
    memory = _found(r"^MemTotal:\s*(\d+) kB$", Path("/proc/meminfo"))
    return {
        "cpu": f"{cpu}, {os.cpu_count()} cores",
        "memory": f"{int(memory) / 1024**2:.1f} GiB" if memory else "unknown",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "file system": _file_system(folder),
    }


def load() -> str:
    """Return the load averages: a busy machine makes all times longer."""
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def _found(pattern: str, file: Path) -> str | None:
    if not file.exists():
        return None
    match = re.search(pattern, file.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    return match[1] if match else None


def _file_system(folder: Path) -> str:
    """Return the type of the longest mount point above a folder."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "unknown"
    rows = [line.split() for line in mounts.read_text(encoding="utf-8").splitlines()]
    above = [(len(row[1]), row[2]) for row in rows if folder.resolve().is_relative_to(row[1])]
    return max(above)[1]
