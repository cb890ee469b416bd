"""The fuzzer's door: it runs, it counts, and it fails when something crashes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from timeouts import scaled

ROOT = Path(__file__).parents[3]
PLANTED = """
import laneside.rsu

def parse(dialect, direction, body):
    raise KeyError("planted")

laneside.rsu.parse = parse
"""


def fuzz(*arguments, path=""):
    command = [sys.executable, "-m", "tools.fuzz", "--engine", "hypothesis", "--seconds", "1", *arguments]
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=scaled(120), check=False
    )


@pytest.mark.slow
def test_it_prints_how_many_inputs_each_target_had():
    done = fuzz("--target", "decode icc-0018", "--target", "tcp decoder")
    assert done.returncode == 0, done.stderr
    counts = [int(number) for number in re.findall(r"(\d+) inputs  ok", done.stdout)]
    assert len(counts) == 2
    assert min(counts) >= 500
    assert f"{sum(counts)} inputs tried" in done.stdout
    assert "0 crashes" in done.stdout


@pytest.mark.slow
def test_a_crash_is_told_with_its_input(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(PLANTED, "utf-8")
    done = fuzz("--target", "serial, to reader", path=str(tmp_path))
    assert done.returncode == 1
    assert "1 crashes" in done.stdout
    assert "KeyError: 'planted'" in done.stderr
    assert re.search(r"serial, to reader: input: [0-9a-f]*", done.stderr)


def test_every_message_and_file_is_among_the_seeds():
    script = """
from tools.fuzz.seeds import seeds
from tools.fuzz.targets import TARGETS
from laneside import rsu
for target, run in TARGETS.items():
    became = {run(seed) for seed in seeds(target)}
    assert became - {"refused", "no frame"}, target
    print(target, *sorted(became))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("SerialCard", "SerialDebit", "TcpCard", "TcpDebit", "GantryInit", "LaneInit", "TruckVehicle"):
        assert name in done.stdout.split(), name


@pytest.mark.parametrize("line", (ROOT / "requirements" / "fuzz.txt").read_text("utf-8").splitlines())
def test_the_fuzzer_is_pinned_by_hash(line):
    assert re.fullmatch(r"(\S+==\S+ ; python_full_version \S+ '[\d.]+'|    --hash=sha256:[0-9a-f]{64})( \\)?", line)
