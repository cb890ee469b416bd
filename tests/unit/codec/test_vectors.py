"""Every vector of tests/vectors is read, written back, and shown by ``laneside decode`` as its file says."""

import json
import tomllib
from pathlib import Path

from typer.testing import CliRunner

from laneside.cli import app
from laneside.codec.card import parse_capp
from laneside.codec.layout import ChipFile
from laneside.codec.tag import parse_passage_file, parse_vehicle

VECTOR_FOLDER = Path(__file__).parents[2] / "vectors"
FILES = ("icc.toml", "obu.toml", "psam.toml")
WITHOUT_VECTOR_FILE = {"PassageFile"}  # 512 bytes; test_tag.py puts one together from parts
VECTORS = [vector for name in FILES for vector in tomllib.loads((VECTOR_FOLDER / name).read_text("utf-8"))["vector"]]


def parse(vector):
    data = bytes.fromhex(vector["hex"])
    match vector["kind"]:
        case "icc-0019":
            return data, parse_capp(data, vector.get("layout", "new"))
        case "obu-vehicle":
            return data, parse_vehicle(data)
        case "obu-ef04":
            return data, parse_passage_file(data)
    return data, codecs()[vector["codec"]].from_bytes(data)


def codecs():
    found, waiting = {}, [ChipFile]
    while waiting:
        below = waiting.pop().__subclasses__()
        ours = (each for each in below if each.__module__.startswith("laneside.") and hasattr(each, "SIZES"))
        found |= {each.__name__: each for each in ours}
        waiting.extend(below)
    return found


def name(vector):
    return f"{vector['kind']} {vector['name']}"


class TestVector:
    def test_bytes_to_value(self):
        for vector in VECTORS:
            _, value = parse(vector)
            assert type(value).__name__ == vector["codec"], name(vector)
            shown = {row.field: row.value for row in value.rows()}
            assert shown == vector["rows"] | dict.fromkeys(vector["blank"]), name(vector)

    def test_value_to_bytes(self):
        for vector in VECTORS:
            data, value = parse(vector)
            assert bytes(value) == data, name(vector)
            rebuilt = type(value)(**value.values())
            assert (bytes(rebuilt) == data) is not vector.get("spelt", False), name(vector)
            assert type(value).from_bytes(bytes(rebuilt)) == rebuilt, name(vector)

    def test_rows_cover_every_byte_once(self):
        for vector in VECTORS:
            data, value = parse(vector)
            covered = [place for row in value.rows() for place in range(row.offset, row.offset + row.length)]
            assert covered == list(range(len(data))), name(vector)

    def test_decode_prints_it_as_json(self):
        for vector in VECTORS:
            data, value = parse(vector)
            layout = ["--layout", vector["layout"]] if "layout" in vector else []
            result = CliRunner().invoke(app, ["decode", vector["kind"], data.hex(), *layout, "--json"])
            assert result.exit_code == 0, (name(vector), result.output)
            printed = json.loads(result.stdout)
            columns = {"field", "value", "label", "offset", "length"}
            assert all(set(row) == columns for row in printed), name(vector)
            shown = {row["field"]: row["value"] for row in printed}
            assert shown == vector["rows"] | dict.fromkeys(vector["blank"]), name(vector)
            assert sum(row["length"] for row in printed) == len(data), name(vector)
            assert len(printed) == len(value.rows()), name(vector)


def test_every_codec_has_a_vector():
    assert {vector["codec"] for vector in VECTORS} | WITHOUT_VECTOR_FILE == set(codecs())


def test_every_vector_names_its_source():
    assert all(".md" in vector["source"] and "computed" in vector["source"] for vector in VECTORS)
