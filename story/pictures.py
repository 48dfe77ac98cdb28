"""Photographs for the stories, drawn on the spot: no two alike, with or without what a camera writes."""

import io
from datetime import datetime
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from rules.workdays import CHINA

SIZE = (1200, 900)
DATE_TIME_ORIGINAL = 36867
OFFSET_TIME_ORIGINAL = 36881
EXIF_IFD = 34665


def picture(seed: int, taken_at: datetime | None = None, *, clean: bool = False) -> bytes:
    """A JPEG of an invented river bank; the same seed draws the same picture, `clean` without what lies about."""
    random = Random(seed)  # noqa: S311 - a drawing, not a secret
    image = Image.new("RGB", SIZE, _colour(random, 150, 230))
    draw = ImageDraw.Draw(image)
    horizon = random.randint(200, 600)
    draw.rectangle((0, horizon, *SIZE), fill=_colour(random, 40, 140))
    for _ in range(0 if clean else 40):
        x, y = random.randint(0, SIZE[0]), random.randint(0, SIZE[1])
        draw.ellipse(
            (x, y, x + random.randint(20, 260), y + random.randint(20, 200)), fill=_colour(random, 0, 255)
        )
    image = image.filter(ImageFilter.GaussianBlur(2))
    out = io.BytesIO()
    exif = Image.Exif()
    if taken_at is not None:
        camera = exif.get_ifd(EXIF_IFD)
        camera[DATE_TIME_ORIGINAL] = taken_at.astimezone(CHINA).strftime("%Y:%m:%d %H:%M:%S")
        camera[OFFSET_TIME_ORIGINAL] = "+08:00"
    image.save(out, "JPEG", quality=85, exif=exif)
    return out.getvalue()


def _colour(random: Random, low: int, high: int) -> tuple[int, int, int]:
    return random.randint(low, high), random.randint(low, high), random.randint(low, high)
