"""The labelled series: pure by seed, true to its labels, and nothing written where something lies."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest
from PIL import Image
from sampling import darkest_and_lightest, flattened
from tools.plates.__main__ import app
from tools.plates.kinds import KINDS, NAMES
from tools.plates.series import FIELDS, labelled
from typer.testing import CliRunner

from laneside.codec.plate import plate_kind
from laneside.virtual.plate_face import Face


def run(*words: str):
    return CliRunner().invoke(app, ["photos", *words], env={"NO_COLOR": "1", "TERM": "dumb"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("series") / "photos"
    ended = run(f"{folder}", "--count", f"{len(NAMES)}", "--seed", "3")
    assert (ended.exit_code, ended.stdout) == (0, f"{folder}/labels.csv: {len(NAMES)} photographs\n")
    return folder


def rows(folder) -> list[dict[str, str]]:
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as labels:
        reader = csv.DictReader(labels)
        assert tuple(reader.fieldnames) == FIELDS
        return list(reader)


def test_every_kind_is_drawn_and_labelled(folder) -> None:
    labels = rows(folder)
    assert [row["source"] for row in labels] == [f"synthetic-{name}" for name in NAMES]
    assert {path.name for path in folder.iterdir()} == {"labels.csv", *(row["file"] for row in labels)}
    for row, kind in zip(labels, KINDS, strict=False):
        assert row["colour"] == str(int(kind.colour))
        assert row["kind"] == plate_kind(row["plate"]).value
        assert row["licence"] == "Apache-2.0"
    empty = labels[-1]
    assert [empty[field] for field in ("plate", "colour", "kind", "corners")] == ["", "", "", ""]


def test_every_plate_is_where_its_corners_are(folder) -> None:
    for row, kind in zip(rows(folder), KINDS, strict=False):
        corners = tuple(tuple(float(part) for part in point.split(",")) for point in row["corners"].split())
        assert all(0 < x < 1280 and 0 < y < 960 for x, y in corners)
        face = Face(plate=row["plate"], colour=kind.colour, rows=kind.rows)
        with Image.open(folder / row["file"]) as image:
            assert image.size == (1280, 960)
            sheet = flattened(image.convert("RGB"), corners, face.size_mm)
        spread = [light - dark for dark, light in (darkest_and_lightest(sheet, cell) for cell in face.cells())]
        assert sum(spread) / len(spread) > 25, f"{row['file']} shows no characters there"


@pytest.mark.parametrize("hard", [False, True])
def test_a_photograph_depends_on_its_seed_alone(hard: bool) -> None:
    first, again = (labelled("blue", "5/0", hard=hard) for _ in range(2))
    assert first == again
    assert labelled("blue", "6/0", hard=hard).jpeg != first.jpeg
    assert labelled("blue", "5/0", hard=not hard).jpeg != first.jpeg


def test_a_series_begins_as_a_longer_one_does(folder, tmp_path) -> None:
    run(f"{tmp_path / 'short'}", "--count", "2", "--seed", "3")
    for row in rows(tmp_path / "short"):
        assert (tmp_path / "short" / row["file"]).read_bytes() == (folder / row["file"]).read_bytes()


def test_only_the_kinds_that_were_asked_for(tmp_path) -> None:
    assert run(f"{tmp_path / 'some'}", "--count", "4", "--kinds", "trailer, empty").exit_code == 0
    sources = [row["source"] for row in rows(tmp_path / "some")]
    assert sources == ["synthetic-trailer", "synthetic-empty"] * 2


def test_an_unknown_kind_is_named_beside_those_that_there_are(tmp_path) -> None:
    ended = run(f"{tmp_path / 'none'}", "--kinds", "blue,purple")
    assert ended.exit_code == 2
    assert "purple" in ended.stderr
    assert "new-energy-large" in ended.stderr
    assert not (tmp_path / "none").exists()


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    ended = run(f"{tmp_path}")
    assert ended.exit_code == 1
    assert f"{tmp_path} is not an empty folder" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_empty_lane_differs_from_one_seed_to_the_next() -> None:
    seen = {hashlib.sha256(labelled("empty", f"{seed}").jpeg).digest() for seed in range(3)}
    assert len(seen) == 3


def test_photographs_are_jpegs_without_metadata() -> None:
    with Image.open(io.BytesIO(labelled("police", "1").jpeg)) as image:
        assert image.format == "JPEG"
        assert not image.getexif()
