"""What may go wrong around a picture, typed."""

from __future__ import annotations

from laneside.errors import LanesideError


class PictureError(LanesideError):
    """The bytes are no JPEG or PNG that can be read, or hold more than can be kept in memory."""

    code = "picture"


class PlateEngineError(LanesideError):
    """The recognition's libraries or models are not installed, or its process does not answer."""

    code = "plate-engine"
