"""Notes on disk: a kind of its own for each, the same bytes whenever the same note is written."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from laneside.passage import notes as n


def test_every_note_has_a_kind_of_its_own() -> None:
    kinds = [n.kind_of(note) for note in get_args(n.AnyNote)]
    assert len(kinds) > 15
    assert len(set(kinds)) == len(kinds)
    assert frozenset(kinds) == n.KINDS


def test_a_note_comes_back_from_its_payload_and_is_written_alike_again() -> None:
    note = n.PhotoTaken(sha256="ab" * 32, live=False)
    payload = n.write(note)
    assert (n.read(payload), n.write(n.read(payload))) == (note, payload)
    assert msgspec.json.decode(payload)["note"] == "photo-taken"


def test_names_on_disk_are_written_out_beside_every_field() -> None:
    for note in get_args(n.AnyNote):
        for each in msgspec.structs.fields(note):
            assert each.encode_name == each.encode_name.lower(), f"{note.__name__}.{each.name}"


def test_only_a_plate_that_is_read_leaves_a_page_valid() -> None:
    assert not n.changes_revision(n.PlateRead(photo_sha256="a", plates=()))
    assert n.changes_revision(n.PhotoTaken(sha256="a", live=True))


def test_what_a_note_voids_is_another_kind_of_note() -> None:
    for note, voided in n.VOIDS.items():
        assert note not in voided
        assert set(voided) < set(get_args(n.AnyNote)), note


def test_a_payload_of_another_kind_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        n.read(b'{"note":"of-tomorrow"}')
