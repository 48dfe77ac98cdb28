"""One examination for every photograph from every door; it fails closed.

Whatever is not a picture, or cannot be decoded, is refused with a sentence and never passed on as it came.
Accepted: JPEG, PNG, WebP, GIF (its first picture) and HEIC. Pure: no clock, no database, no file.
"""

import hashlib
import re
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import imagehash
import pillow_heif
from PIL import Image, ImageStat, UnidentifiedImageError

from rules.refusal import Refusal
from services import exif, jpeg
from services.pixels import plain, shrunk, to_srgb, turned

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)

LARGE, SMALL = 1600, 320
"""Pixels of the long side of the two derived pictures."""
QUALITY = 82
FLAT = 2.0
"""Standard deviation (0–255) below which a picture shows nothing one could recognise again."""

BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
"""Pillow's own limit, far above ours, reached before the size is ours to see."""
HOSTILE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MemoryError,
    UserWarning,
    struct.error,
    zlib.error,
)
"""What Pillow, libheif and their plugins raise on bytes that were made to hurt."""

EDGE = 65_536
"""Bytes at either end of a file where a second document would hide; a reader of it looks no farther."""
MARKUP = re.compile(rb"<(?:html|script|svg|iframe|body)[\s>/]|<\?php\s|<!doctype\s+html", re.IGNORECASE)
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


class Damaged(Refusal):
    """It begins like a photograph and cannot be decoded: perhaps another transfer brings it whole."""


@dataclass(frozen=True)
class PhotoLimits:
    """What is let in at most."""

    max_bytes: int
    max_pixels: int


@dataclass(frozen=True)
class Examined:
    """A photograph that decoded, with everything the county keeps of it."""

    digest: str
    """SHA-256 of the original, hex."""
    content_type: str
    bytes_count: int
    width: int
    height: int
    """Of the upright original, in pixels."""
    perceptual: str
    """64-bit perceptual hash (DCT), hex; empty for a picture that shows nothing."""
    taken_at: datetime | None
    """EXIF, aware; without an offset taken as Asia/Shanghai."""
    taken_longitude: float | None
    taken_latitude: float | None
    """EXIF, degrees, WGS-84."""
    large: bytes
    small: bytes
    """JPEG, sRGB, upright, at most 1600 and 320 px long, without any EXIF."""


def examine(content: bytes, limits: PhotoLimits) -> Examined:
    """Decode, turn upright, shrink and describe a photograph, or raise a Refusal that says why not."""
    if len(content) > limits.max_bytes:
        raise Refusal(f"照片太大，最多 {limits.max_bytes // 1_000_000} MB，请换一张。")
    kind = _kind(content)
    _is_nothing_else(content)
    try:
        return _examined(content, kind, limits)
    except Refusal:
        raise
    except BOMBS as error:
        raise Refusal(f"照片尺寸太大，最多 {limits.max_pixels // 10_000} 万像素，请换一张。") from error
    except HOSTILE as error:
        raise Damaged("照片打不开，可能没有传完整或已损坏，请重新发送。") from error


def _kind(content: bytes) -> str:
    """Pillow's name of the format, by the first bytes alone."""
    if not content:
        raise Damaged("收到的照片是空的，请重新发送。")
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return "HEIF"
    if content.lstrip()[:1] in (b"<", b"{"):
        raise Refusal("收到的不是照片，而是一个网页，请重新拍照发送。")
    raise Refusal("无法识别的图片格式，请发送手机拍摄的照片（JPEG、PNG 或 HEIC）。")


def _is_nothing_else(content: bytes) -> None:
    """Refuse a file that is a picture to one reader and a page, archive or document to another."""
    head, tail = content[:EDGE], content[-EDGE:]
    if MARKUP.search(head) or MARKUP.search(tail) or b"%PDF-" in head[:1024] or b"PK\x05\x06" in tail:
        raise Refusal("这个文件不只是照片，还夹带了其他内容，不能接收，请重新拍照发送。")


def _examined(content: bytes, kind: str, limits: PhotoLimits) -> Examined:
    block, picture = b"", content
    if kind == "JPEG":
        bones = jpeg.skeleton(content)
        block, picture = bones.exif, bones.picture
    elif kind == "WEBP":
        _fits(webp_size(content), limits)  # its decoder takes the memory as it opens
    with Image.open(BytesIO(picture), formats=[kind]) as image:
        _fits(image.size, limits)
        width, height = image.size
        image.draft("RGB", _goal(width, height))
        image.load()
        block = block or image.info.get("exif", b"")
        said = exif.read(block if isinstance(block, bytes) else b"")
        orientation = 1 if kind == "HEIF" else said.orientation  # libheif has turned it already
        large = turned(to_srgb(shrunk(plain(image), LARGE), image.info.get("icc_profile")), orientation)
    small = shrunk(large, SMALL)
    return Examined(
        digest=hashlib.sha256(content).hexdigest(),
        content_type="image/heic" if kind == "HEIF" else f"image/{kind.lower()}",
        bytes_count=len(content),
        width=height if orientation > 4 else width,
        height=width if orientation > 4 else height,
        perceptual=_perceptual(small),
        taken_at=said.taken_at,
        taken_longitude=said.longitude,
        taken_latitude=said.latitude,
        large=_as_jpeg(large),
        small=_as_jpeg(small),
    )


def _fits(size: tuple[int, int], limits: PhotoLimits) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise ValueError("a picture without an extent")
    if width * height > limits.max_pixels:
        raise Refusal(
            f"照片尺寸太大（{width}×{height}），最多 {limits.max_pixels // 10_000} 万像素，请换一张。"
        )


def _goal(width: int, height: int) -> tuple[int, int]:
    """The size below which a JPEG need not be decoded: that of the large picture."""
    share = min(1.0, LARGE / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def webp_size(content: bytes) -> tuple[int, int]:
    """Canvas of a WebP in pixels, from its first chunk. Source: RFC 9649."""
    chunk, data = content[12:16], content[20:30]
    if len(data) < 10:
        raise ValueError("a WebP without a picture")
    if chunk == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    raise ValueError("a WebP of an unknown kind")


def _perceptual(small: Image.Image) -> str:
    grey = small.convert("L")
    if ImageStat.Stat(grey).stddev[0] < FLAT:
        return ""
    return str(imagehash.phash(grey))


def _as_jpeg(image: Image.Image) -> bytes:
    output = BytesIO()
    image.save(output, "JPEG", quality=QUALITY)
    return output.getvalue()
