"""Every vector of tests/vectors is read, written back, and shown by ``laneside decode`` as its file says."""

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from laneside import codec
from laneside.cli import app

VECTOR_FOLDER = Path(__file__).parents[2] / "vectors"
FILES = ("icc.toml", "obu.toml", "psam.toml")
WITHOUT_VECTOR_FILE = {"PassageFile"}  # 512 bytes; test_passage_file.py puts one together from parts
VECTORS = [vector for name in FILES for vector in tomllib.loads((VECTOR_FOLDER / name).read_text("utf-8"))["vector"]]


def parse(vector):
    data = bytes.fromhex(vector["hex"])
    match vector["kind"]:
        case "icc-0019":
            return data, codec.parse_capp(data, vector.get("layout", "new"))
        case "obu-vehicle":
            return data, codec.parse_vehicle(data)
        case "obu-ef04":
            return data, codec.parse_passage_file(data)
    return data, getattr(codec, vector["codec"]).from_bytes(data)


def codec_names():
    found, waiting = set(), [codec.ChipFile]
    while waiting:
        below = waiting.pop().__subclasses__()
        found |= {each.__name__ for each in below if hasattr(each, "SIZES")}
        waiting.extend(below)
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['kind']} {vector['name']}")
class TestVector:
    def test_bytes_to_value(self, vector):
        _, value = parse(vector)
        assert type(value).__name__ == vector["codec"]
        shown = {row.field: row.value for row in value.rows()}
        assert shown == vector["rows"] | dict.fromkeys(vector["blank"])

    def test_value_to_bytes(self, vector):
        data, value = parse(vector)
        assert bytes(value) == data
        rebuilt = type(value)(**value.values())
        assert (bytes(rebuilt) == data) is not vector.get("spelt", False)
        assert type(value).from_bytes(bytes(rebuilt)) == rebuilt

    def test_rows_cover_every_byte_once(self, vector):
        data, value = parse(vector)
        covered = [place for row in value.rows() for place in range(row.offset, row.offset + row.length)]
        assert covered == list(range(len(data)))

    def test_decode_prints_it_as_json(self, vector):
        data, value = parse(vector)
        layout = ["--layout", vector["layout"]] if "layout" in vector else []
        result = CliRunner().invoke(app, ["decode", vector["kind"], data.hex(), *layout, "--json"])
        assert result.exit_code == 0, result.output
        printed = json.loads(result.stdout)
        assert all(set(row) == {"field", "value", "label", "offset", "length"} for row in printed)
        assert {row["field"]: row["value"] for row in printed} == vector["rows"] | dict.fromkeys(vector["blank"])
        assert sum(row["length"] for row in printed) == len(data)
        assert len(printed) == len(value.rows())


def test_every_codec_has_a_vector():
    assert {vector["codec"] for vector in VECTORS} | WITHOUT_VECTOR_FILE == codec_names()
    assert codec_names() <= set(codec.__all__)


def test_every_vector_names_its_source():
    assert all(".md" in vector["source"] and "computed" in vector["source"] for vector in VECTORS)
