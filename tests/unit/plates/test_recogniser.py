"""The real engine on drawn photographs of every kind of plate; nothing here needs a real one."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from tools.plates.kinds import KINDS
from tools.plates.series import Labelled, labelled

from laneside.codec.plate import plate_kind
from laneside.plates import cut_out, recognise

SEED = "engine"


def near(first: tuple[float, float], second: tuple[float, float], pixels: float) -> bool:
    return abs(first[0] - second[0]) < pixels and abs(first[1] - second[1]) < pixels


def middle(corners: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


@pytest.fixture(scope="module")
def blue() -> Labelled:
    return labelled("blue", SEED)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_of_plate_is_read(kind: str) -> None:
    shown = labelled(kind, SEED)
    reading = recognise(shown.jpeg)[0]
    assert reading.text == shown.plate
    assert reading.kind is plate_kind(shown.plate)
    assert reading.colour == shown.colour
    assert shown.corners is not None
    assert near(middle(reading.corners), middle(shown.corners), 40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_an_empty_lane_offers_nothing(seed: str) -> None:
    assert not any(reading.offered for reading in recognise(labelled("empty", seed).jpeg))


def test_corners_are_those_of_the_photo_as_it_came(blue: Labelled) -> None:
    large = Image.open(io.BytesIO(blue.jpeg)).resize((3840, 2880), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    large.save(out, "JPEG", quality=90)
    reading = recognise(out.getvalue())[0]
    assert reading.text == blue.plate
    assert blue.corners is not None
    x, y = middle(blue.corners)
    assert near(middle(reading.corners), (3 * x, 3 * y), 120)


def test_the_cut_out_shows_the_plate_that_was_read(blue: Labelled) -> None:
    reading = recognise(blue.jpeg)[0]
    plate = cut_out(blue.jpeg, reading)
    assert Image.open(io.BytesIO(plate)).size == (480, 140)
    assert [found.text for found in recognise(plate)] == [blue.plate]


def test_reading_a_plate_opens_no_socket_and_writes_no_file(blue: Labelled, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(blue.jpeg)
    done = subprocess.run([sys.executable, "-c", WATCHED, str(photo)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [blue.plate, "[]"]


WATCHED = """
import os, sys

seen = []

def watch(event, arguments):
    if event.startswith("socket.") or event in {"urllib.Request", "os.mkdir", "os.rename", "subprocess.Popen"}:
        seen.append(event)
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        seen.append(f"write {arguments[0]}")

from pathlib import Path
photo = Path(sys.argv[1]).read_bytes()
sys.dont_write_bytecode = True
sys.addaudithook(watch)
from laneside.plates import recognise
print(recognise(photo)[0].text)
print(seen)
"""


@pytest.mark.slow
def test_of_a_number_painted_large_on_a_tail_and_the_plate_below_it_the_plate_is_read() -> None:
    shown = labelled("yellow-two-row", "33/1059")
    reading = recognise(shown.jpeg)[0]
    assert (reading.text, reading.colour, reading.rows) == (shown.plate, shown.colour, 2)
    assert shown.corners is not None
    assert near(middle(reading.corners), middle(shown.corners), 20)
