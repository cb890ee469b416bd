"""A typed plate: cleaned, and told beside the field when it can't be one."""

from __future__ import annotations

import pytest

from laneside.passage.picture.plate_entry import PlateForm, plate_fault


def test_blanks_go_and_letters_are_capitals() -> None:
    assert PlateForm(plate=" 甘a 123 45 ", colour=0).cleaned == PlateForm(plate="甘A12345", colour=0)


@pytest.mark.parametrize("plate", ["甘A12345", "甘AD12345", "粤Z1234港", "WJ甘12345"])
def test_a_plate_that_the_card_can_hold_is_taken(plate: str) -> None:
    assert plate_fault(PlateForm(plate=plate, colour=0)) is None


@pytest.mark.parametrize(
    ("plate", "colour", "field"),
    [("", 0, "plate"), ("甘", 0, "plate"), ("甘A1234567890", 0, "plate"), ("甘A1234\u20ac", 0, "plate"),
     ("甘A12345", None, "colour"), ("甘A12345", 99, "colour"), ("甘A12345", 0xFF, "colour")],
)  # fmt: skip
def test_a_fault_names_its_field_in_both_languages(plate: str, colour: int | None, field: str) -> None:
    fault = plate_fault(PlateForm(plate=plate, colour=colour))
    assert fault is not None
    assert fault.field == field
    assert fault.text.zh
    assert fault.text.en
