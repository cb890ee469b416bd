"""Small JPEGs that are whole, as the centre takes no others."""

import io

from PIL import Image


def jpeg(shade: int = 0, *, size: tuple[int, int] = (16, 16), **form: object) -> bytes:
    """Return a JPEG of one shade of grey; no two shades have the same bytes."""
    out = io.BytesIO()
    Image.new("L", size, shade).save(out, "JPEG", **form)
    return out.getvalue()
