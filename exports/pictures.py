"""Pictures of which a part is withheld: decoded to pixels, blackened there, and written anew as pixels alone.

Nothing of the old file survives but the pixels that are shown: no metadata, no thumbnail, no layers, no later frames.
Coordinates are those of the picture as it is seen (the file's own turning is applied first). The same picture and
regions give the same bytes.
"""

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from custody.errors import UsageError

PLAIN = "-"
"""The region that blackens nothing: the picture is shown whole, without what its file says besides."""

LARGEST = 50_000_000
"""Pixels; a larger picture is withheld whole or not at all."""

_REGION = re.compile(r"([0-9]{1,6}),([0-9]{1,6}),([1-9][0-9]{0,5}),([1-9][0-9]{0,5})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Redrawn:
    """A picture written anew."""

    data: bytes
    media_type: str
    sha256: str


def box_of(region: str) -> tuple[int, int, int, int] | None:
    """The corners (left, top, right, bottom; the last two not included) of "x,y,width,height"; None for PLAIN.

    Raises UsageError when it is not written so.
    """
    if region == PLAIN:
        return None
    found = _REGION.fullmatch(region.replace(" ", ""))
    if found is None:
        raise UsageError(f"{region!r} is no part of a picture.", "Write x,y,width,height in pixels: 10,20,200,80.")
    x, y, width, height = (int(part) for part in found.groups())
    return x, y, x + width, y + height


def size_of(chunks: Iterable[bytes]) -> tuple[int, int]:
    """Width and height of a picture as it is seen. Raises UsageError when it cannot be opened as one."""
    return _opened(b"".join(chunks)).size


def redrawn(chunks: Iterable[bytes], regions: Sequence[str]) -> Redrawn:
    """The picture with these regions black. Raises UsageError when it cannot be opened or a region lies outside."""
    image = _opened(b"".join(chunks))
    boxes = [box for region in regions if (box := box_of(region)) is not None]
    for left, top, right, bottom in boxes:
        if right > image.width or bottom > image.height:
            raise UsageError(
                f"The region {left},{top},{right - left},{bottom - top} reaches beyond the picture, which is "
                f"{image.width} pixels wide and {image.height} high.",
                "Choose a region inside of it, or withhold the whole picture.",
            )
    photograph = image.info["was"] == "JPEG"
    flat = Image.new("RGB", image.size, "white")
    clear = image.convert("RGBA")
    flat.paste(clear, mask=clear.getchannel("A"))
    draw = ImageDraw.Draw(flat)
    for left, top, right, bottom in boxes:
        draw.rectangle((left, top, right - 1, bottom - 1), fill="black")
    out = io.BytesIO()
    if photograph:
        flat.save(out, "JPEG", quality=90)
    else:
        flat.save(out, "PNG")
    data, kind = out.getvalue(), "image/jpeg" if photograph else "image/png"
    return Redrawn(data=data, media_type=kind, sha256=hashlib.sha256(data).hexdigest())


@lru_cache(maxsize=4)
def picture_of(sha256: str, regions: tuple[str, ...], media_of: Callable[[str], Iterator[bytes]]) -> Redrawn:
    """The picture that the archive keeps under a digest, redrawn; the last few are remembered."""
    return redrawn(media_of(sha256), regions)


def _opened(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > LARGEST:
                raise UsageError("The picture is too large to withhold a part of it.", _WHOLE)
            kind = image.format or ""
            image.load()
            seen = ImageOps.exif_transpose(image).copy()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UsageError("This file cannot be opened as a picture.", _WHOLE) from error
    seen.info = {"was": kind}
    return seen


_WHOLE = "Withhold the whole of it: --field media:0 --whole."
