"""Photographs made for the tests: a corner of red, of green and of blue tell which way is up."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw

from services.photographs import PhotoLimits

LIMITS = PhotoLimits(max_bytes=20_000_000, max_pixels=60_000_000)
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 180, 30), (30, 30, 220), (220, 220, 30)

UPRIGHT_TO_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene(width: int = 400, height: int = 300) -> Image.Image:
    """Red above left, green above right, blue below left, yellow below right, and something in the middle."""
    image = Image.new("RGB", (width, height), YELLOW)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2, height // 2), fill=RED)
    draw.rectangle((width // 2, 0, width, height // 2), fill=GREEN)
    draw.rectangle((0, height // 2, width // 2, height), fill=BLUE)
    draw.ellipse((width // 3, height // 3, 2 * width // 3, 2 * height // 3), fill=(240, 240, 240))
    return image


def corners(content: bytes) -> list[str]:
    """The colours of a picture's corners, clockwise from above left."""
    image = Image.open(BytesIO(content)).convert("RGB")
    right, low = image.width - 9, image.height - 9
    return [_colour(image.getpixel(at)) for at in ((8, 8), (right, 8), (right, low), (8, low))]


def _colour(pixel: Any) -> str:
    known = {"red": RED, "green": GREEN, "blue": BLUE, "yellow": YELLOW, "white": (255, 255, 255)}
    return min(known, key=lambda name: sum(abs(a - b) for a, b in zip(known[name], pixel, strict=True)))


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of this kind."""
    pillow_heif.register_heif_opener()
    output = BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def exif(
    orientation: int = 1, taken: str = "", offset: str = "", position: tuple[float, float] | None = None
) -> Image.Exif:
    """An EXIF block; the position is longitude and latitude in degrees."""
    block = Image.Exif()
    block[0x0112] = orientation
    private = block.get_ifd(0x8769)
    if taken:
        private[0x9003] = taken
    if offset:
        private[0x9011] = offset
    if position:
        longitude, latitude = position
        place = block.get_ifd(0x8825)
        place[1], place[2] = ("N" if latitude >= 0 else "S"), _parts(latitude)
        place[3], place[4] = ("E" if longitude >= 0 else "W"), _parts(longitude)
    return block


def _parts(degrees: float) -> tuple[float, float, float]:
    whole, rest = divmod(abs(degrees), 1)
    minutes, rest = divmod(rest * 60, 1)
    return float(whole), float(minutes), round(rest * 60, 4)


def jpeg(image: Image.Image | None = None, **options: Any) -> bytes:
    """A photograph as a telephone would send it."""
    return saved(image or scene(), "JPEG", **options)


def png_header(width: int, height: int) -> bytes:
    """A PNG of this size whose picture is missing: a few bytes that promise gigabytes."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(name, data)
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(b"\0" * 1000)),
            (b"IEND", b""),
        )
    )


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
