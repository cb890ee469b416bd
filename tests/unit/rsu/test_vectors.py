"""Every vector of tests/vectors/rsu.toml is read, written back, and shown by ``laneside decode frame``."""

import json
import tomllib
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from laneside import rsu
from laneside.cli import app
from laneside.errors import CodecError
from laneside.rsu import replies, requests
from laneside.rsu.message import Message

TABLE = tomllib.loads((Path(__file__).parents[2] / "vectors" / "rsu.toml").read_text("utf-8"))
FILES, FRAMES, VECTORS = TABLE["files"], TABLE["frame"], TABLE["vector"]
LISTED = {"Authorisation": requests.Authorisation, "PsamChannel": replies.PsamChannel, "Challenge": replies.Challenge}


def unhex(text):
    return bytes.fromhex("".join(text.format(**FILES).split()))


def dialect_of(vector):
    return rsu.dialect_of({"dialect": vector["dialect"], **vector.get("settings", {})})


def facts(value):
    """A message as the vector file writes it; what is None is left out there."""
    found = {}
    for name, own in msgspec.structs.asdict(value).items():
        held = own
        if isinstance(held, tuple):
            held = [facts(entry) for entry in held]
        if held is not None:
            found[name] = held
    return found


def expected(values, value):
    """The vector's values, hex read where the message holds bytes."""
    read = {}
    for name, fact in values.items():
        held = getattr(value, name)
        if isinstance(held, bytes):
            read[name] = unhex(fact)
        elif isinstance(held, tuple):
            read[name] = [expected(entry, inside) for entry, inside in zip(fact, held, strict=True)]
        else:
            read[name] = fact
    return read


def message_names():
    found, waiting = set(), [Message]
    while waiting:
        below = waiting.pop().__subclasses__()
        found |= {each.__name__ for each in below}
        waiting.extend(below)
    return found


def name(vector):
    return f"{vector['dialect']} {vector.get('class', '')} {vector['name']}"


def message_of(vector):
    body, dialect = unhex(vector["hex"]), dialect_of(vector)
    return body, dialect, rsu.parse(dialect, rsu.direction_of(body[0]), body)


def places(rows):
    """Every place that rows cover, in their order; rows are values or the JSON of the command line."""
    spans = [(row["offset"], row["length"]) if isinstance(row, dict) else (row.offset, row.length) for row in rows]
    return [place for offset, length in spans for place in range(offset, offset + length)]


class TestFrame:
    def test_bytes_to_value_and_back(self):
        for vector in FRAMES:
            data, dialect = unhex(vector["hex"]), dialect_of(vector)
            (frame,) = dialect.decoder().feed(data)
            assert bytes(frame) == data, name(vector)
            number = frame.rsctl if vector["dialect"] == "serial" else frame.sequence
            assert number == vector["number"], name(vector)
            message = rsu.parse(dialect, rsu.direction_of(frame.body[0]), frame.body)
            assert type(message).__name__ == vector["class"], name(vector)
            assert facts(message) == expected(vector["values"], message), name(vector)
            assert bytes(dialect.frame(vector["number"], message.body(dialect))) == data, name(vector)

    @pytest.mark.parametrize("named", [True, False])
    def test_decode_covers_every_byte_once(self, named):
        for vector in FRAMES:
            options = ["--dialect", vector["dialect"]] if named else []
            result = CliRunner().invoke(app, ["decode", "frame", vector["hex"], *options, "--json"])
            assert result.exit_code == 0, (name(vector), result.output)
            rows = json.loads(result.stdout)
            columns = {"field", "value", "label", "offset", "length"}
            assert all(set(row) == columns for row in rows), name(vector)
            assert places(rows) == list(range(len(unhex(vector["hex"])))), name(vector)
            assert rows[0]["value"] == "FFFF", name(vector)
            assert next(row["label"] for row in rows if row["field"] == "command") != "", name(vector)


class TestVector:
    def test_bytes_to_value(self):
        for vector in VECTORS:
            body, _, message = message_of(vector)
            assert len(body) == vector.get("size", len(body)), name(vector)
            assert type(message).__name__ == vector["class"], name(vector)
            assert facts(message) == expected(vector["values"], message), name(vector)

    def test_value_to_bytes(self):
        for vector in VECTORS:
            body, dialect, message = message_of(vector)
            assert message.body(dialect) == body, name(vector)
            assert type(message)(**message.values()).body(dialect) == body, name(vector)

    def test_survives_its_framing(self):
        for vector in VECTORS:
            body, dialect = unhex(vector["hex"]), dialect_of(vector)
            if vector["dialect"] == "serial" and len(body) < 2:  # the old framing has no frame without data
                with pytest.raises(CodecError, match="at least one byte of data"):
                    dialect.frame(0x18, body)
                continue
            (frame,) = dialect.decoder().feed(bytes(dialect.frame(0x18, body)))
            assert frame.body == body, name(vector)

    def test_rows_cover_every_byte_once(self):
        for vector in VECTORS:
            body, dialect = unhex(vector["hex"]), dialect_of(vector)
            assert places(rsu.frame_rows(body, dialect)) == list(range(len(body))), name(vector)


def test_every_message_has_a_vector():
    vectors = {vector["class"] for vector in VECTORS + FRAMES}
    assert vectors == message_names()


def test_every_command_of_the_catalogue_has_a_vector():
    for dialect in (rsu.SERIAL, rsu.TCP):
        spoken = {unhex(v["hex"])[0] for v in VECTORS if v["dialect"] == dialect.name}
        spoken |= {(dialect.decoder().feed(unhex(v["hex"]))[0]).body[0] for v in FRAMES if v["dialect"] == dialect.name}
        for direction in rsu.Direction:
            assert set(rsu.kinds(dialect, direction)) <= spoken


def test_every_entry_of_a_list_class_is_told_apart():
    seen = {type(entry).__name__ for v in VECTORS for entry in entries(v)}
    assert seen == set(LISTED)


def entries(vector):
    body = unhex(vector["hex"])
    return getattr(rsu.parse(dialect_of(vector), rsu.direction_of(body[0]), body), "psams", ())


def test_every_vector_names_its_source():
    assert all(".md" in vector["source"] and "computed" in vector["source"] for vector in VECTORS + FRAMES)
