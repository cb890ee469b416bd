"""What a collector types as plate and colour: cleaned, and told beside the field when it can't be one."""

from __future__ import annotations

import msgspec

from laneside.codec.plate import encode_plate
from laneside.errors import CodecError
from laneside.passage.answers import Rejected, rejected
from laneside.vocab.vehicle import PlateColour

_LENGTH_MIN = 2
"""The card takes any text that encodes: old and foreign plates are typed as they are seen, one sign is a slip."""


class PlateForm(msgspec.Struct, frozen=True, kw_only=True):
    """Plate and colour as they are in the form; empty and None before anything was typed."""

    plate: str = ""
    colour: int | None = None

    @property
    def cleaned(self) -> PlateForm:
        """The form with its plate without blanks, in upper case."""
        return PlateForm(plate="".join(self.plate.split()).upper(), colour=self.colour)


def plate_fault(form: PlateForm) -> Rejected | None:
    """Return what is wrong with a typed plate: missing, not fit for the card's twelve bytes, or without a colour."""
    plate, colour = form.plate, form.colour
    if not plate:
        return rejected("plate", "请输入车牌号", "Type the plate")
    if len(plate) < _LENGTH_MIN or not _fits_card(plate):
        return rejected("plate", "车牌号长度或字符不正确", "The plate has a wrong length or character")
    if colour is None:
        return rejected("colour", "请选择车牌颜色", "Choose the plate's colour")
    # The codes have a "no colour" for cards without a vehicle; a vehicle at an exit always has a plate of some colour.
    if colour not in set(PlateColour) or colour == PlateColour.NONE:
        return rejected("colour", "没有这个车牌颜色", "There is no such colour")
    return None


def _fits_card(plate: str) -> bool:
    try:
        encode_plate(plate)
    except CodecError:
        return False
    return True
