"""Photographs of every kind people send, and bytes made to hurt."""

import contextlib
import resource
import struct
import time
import zlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from rules.refusal import Refusal
from services.photographs import Damaged, PhotoLimits, examine, webp_size
from tests.services.pictures import (
    LIMITS,
    UPRIGHT_TO_STORED,
    chunk,
    corners,
    exif,
    jpeg,
    png_header,
    saved,
    scene,
)

UPRIGHT = ["red", "green", "yellow", "blue"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(orientation: int) -> None:
    stored = scene().transpose(UPRIGHT_TO_STORED[orientation]) if orientation > 1 else scene()
    photo = examine(jpeg(stored, exif=exif(orientation)), LIMITS)
    assert (photo.width, photo.height) == (400, 300)
    assert corners(photo.large) == corners(photo.small) == UPRIGHT


@pytest.mark.parametrize("orientation", [1, 6, 8, 3])
def test_heic_is_turned_once(orientation: int) -> None:
    stored = scene().transpose(UPRIGHT_TO_STORED[orientation]) if orientation > 1 else scene()
    block = exif(orientation, "2026:09:28 08:00:00", position=(117.13, 39.22))
    photo = examine(saved(stored, "HEIF", exif=block.tobytes()), LIMITS)
    assert photo.content_type == "image/heic"
    assert (photo.width, photo.height) == (400, 300)
    assert corners(photo.large) == UPRIGHT
    assert photo.taken_at == datetime(2026, 9, 28, 0, 0, tzinfo=UTC)
    assert photo.taken_longitude == pytest.approx(117.13, abs=1e-5)


@pytest.mark.parametrize(
    ("taken", "offset", "expected"),
    [
        ("2026:09:28 08:00:00", "", datetime(2026, 9, 28, 0, 0, tzinfo=UTC)),
        ("2026:09:28 08:00:00", "+09:00", datetime(2026, 9, 27, 23, 0, tzinfo=UTC)),
        ("2026:09:28 08:00:00", "-03:30", datetime(2026, 9, 28, 11, 30, tzinfo=UTC)),
        ("2026:09:28 08:00:00", "+99:99", datetime(2026, 9, 28, 0, 0, tzinfo=UTC)),
        ("2026:09:28 08:00:00", "abc", datetime(2026, 9, 28, 0, 0, tzinfo=UTC)),
        ("0000:00:00 00:00:00", "", None),
        ("0001:01:01 00:00:00", "+14:00", None),
        ("2026:13:01 00:00:00", "", None),
        ("    :  :     :  :  ", "", None),
        ("", "", None),
    ],
)
def test_when_it_was_taken(taken: str, offset: str, expected: Any) -> None:
    assert examine(jpeg(exif=exif(1, taken, offset)), LIMITS).taken_at == expected


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ((117.1312, 39.2245), (117.1312, 39.2245)),
        ((-70.5, -33.25), (-70.5, -33.25)),
        ((0.0, 0.0), None),
        ((117.0, 123.0), None),
        ((181.0, 39.0), None),
        (None, None),
    ],
)
def test_where_it_was_taken(position: Any, expected: Any) -> None:
    photo = examine(jpeg(exif=exif(1, position=position)), LIMITS)
    found = photo.taken_longitude, photo.taken_latitude
    assert found == ((None, None) if expected is None else pytest.approx(expected, abs=1e-6))


def test_derived_pictures_carry_nothing_but_the_picture() -> None:
    block = exif(1, "2026:09:28 08:00:00", position=(117.13, 39.22))
    photo = examine(jpeg(scene(2400, 1800), exif=block, comment=b"secret", xmp=b"<x:xmpmeta>secret"), LIMITS)
    for content, size in ((photo.large, (1600, 1200)), (photo.small, (320, 240))):
        image = Image.open(BytesIO(content))
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)
        assert not image.getexif()
        assert b"Exif" not in content
        assert b"secret" not in content


def test_a_small_picture_is_not_blown_up() -> None:
    photo = examine(jpeg(scene(200, 150)), LIMITS)
    assert Image.open(BytesIO(photo.large)).size == Image.open(BytesIO(photo.small)).size == (200, 150)


def test_a_strip_one_pixel_high() -> None:
    photo = examine(saved(Image.new("RGB", (60_000, 1), "red"), "PNG"), LIMITS)
    assert Image.open(BytesIO(photo.large)).size == (1600, 1)


def _grey16() -> Image.Image:
    ramp = np.linspace(0, 65535, 400 * 300).reshape(300, 400).astype(np.uint16)
    return Image.fromarray(ramp)


def _see_through() -> Image.Image:
    image = scene().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 200, 150))
    return image


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        (jpeg(), "image/jpeg", UPRIGHT),
        (saved(scene().convert("CMYK"), "JPEG"), "image/jpeg", UPRIGHT),
        (saved(scene(), "JPEG", progressive=True), "image/jpeg", UPRIGHT),
        (saved(scene(), "PNG"), "image/png", UPRIGHT),
        (saved(scene().quantize(16), "PNG"), "image/png", UPRIGHT),
        (saved(scene().quantize(16), "PNG", transparency=0), "image/png", None),
        (saved(scene(), "PNG", transparency=(220, 30, 30)), "image/png", ["white", *UPRIGHT[1:]]),
        (saved(_see_through(), "PNG"), "image/png", ["white", *UPRIGHT[1:]]),
        (saved(_see_through().convert("LA"), "PNG"), "image/png", None),
        (saved(scene().convert("1"), "PNG"), "image/png", None),
        (saved(scene(), "WEBP"), "image/webp", UPRIGHT),
        (saved(scene(), "WEBP", lossless=True), "image/webp", UPRIGHT),
        (saved(_see_through(), "WEBP", lossless=True), "image/webp", ["white", *UPRIGHT[1:]]),
        (saved(scene(), "GIF"), "image/gif", UPRIGHT),
        (saved(scene(), "HEIF"), "image/heic", UPRIGHT),
        (saved(_see_through(), "HEIF"), "image/heic", ["white", *UPRIGHT[1:]]),
    ],
)
def test_every_mode_becomes_a_plain_picture(content: bytes, content_type: str, expected: Any) -> None:
    photo = examine(content, LIMITS)
    assert photo.content_type == content_type
    assert (photo.width, photo.height) == (400, 300)
    assert Image.open(BytesIO(photo.large)).mode == "RGB"
    if expected:
        assert corners(photo.large) == expected


def test_sixteen_bits_of_grey_keep_their_range() -> None:
    photo = examine(saved(_grey16(), "PNG"), LIMITS)
    grey = np.asarray(Image.open(BytesIO(photo.large)).convert("L"))
    assert grey.min() < 5
    assert grey.max() > 250


def test_a_broken_colour_profile_does_not_cost_the_photograph() -> None:
    assert corners(examine(jpeg(icc_profile=b"nonsense" * 40), LIMITS).large) == UPRIGHT


def test_another_colour_space_is_shown_as_srgb() -> None:
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    assert corners(examine(jpeg(icc_profile=linear), LIMITS).large) == UPRIGHT


def test_only_the_first_frame_of_an_animation_is_touched() -> None:
    frames = [Image.new("P", (8, 8), n % 256) for n in range(10_000)]
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], optimize=False)
    began = time.process_time()
    assert examine(content, LIMITS).content_type == "image/gif"
    assert time.process_time() - began < 1


def test_the_same_scene_sent_twice_is_recognised() -> None:
    sent = examine(jpeg(scene(1200, 900), quality=95), LIMITS)
    again = examine(jpeg(scene(1200, 900).resize((640, 480)), quality=60), LIMITS)
    assert sent.digest != again.digest
    assert (int(sent.perceptual, 16) ^ int(again.perceptual, 16)).bit_count() <= 4


def test_a_picture_that_shows_nothing_resembles_nothing() -> None:
    assert examine(jpeg(Image.new("RGB", (400, 300), "brown")), LIMITS).perceptual == ""


def test_too_many_bytes() -> None:
    with pytest.raises(Refusal, match="最多 1 MB"):
        examine(jpeg() + bytes(1_000_000), PhotoLimits(1_000_000, 60_000_000))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_too_many_pixels(kind: str) -> None:
    with pytest.raises(Refusal, match="尺寸太大"):
        examine(saved(scene(), kind), PhotoLimits(20_000_000, 100_000))


def _wide_webp() -> bytes:
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (16382).to_bytes(3, "little") * 2
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@pytest.mark.parametrize(
    "content",
    [
        png_header(50_000, 50_000),
        png_header(9_000, 9_000),
        _wide_webp(),
        b"GIF89a" + b"\xff\xff" * 2 + bytes(30),
    ],
)
def test_a_huge_promise_costs_nothing(content: bytes) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(Refusal):
        examine(content, LIMITS)
    assert time.process_time() - began < 0.2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (saved(scene(), "WEBP"), (400, 300)),
        (saved(scene(), "WEBP", lossless=True), (400, 300)),
        (_wide_webp(), (16383, 16383)),
    ],
)
def test_the_canvas_of_a_webp_is_known_beforehand(content: bytes, size: Any) -> None:
    assert webp_size(content) == size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_a_truncated_photograph_is_damaged(kind: str, share: float) -> None:
    content = saved(scene(1200, 900).effect_spread(20), kind)
    with pytest.raises(Damaged):
        examine(content[: int(len(content) * share)], LIMITS)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "空的"),
        (b"<!DOCTYPE html><html><body>502</body></html>", "网页"),
        (b'  {"errcode": 40007}', "网页"),
        (b"%PDF-1.7", "无法识别"),
        (b"BM" + bytes(60), "无法识别"),
        (bytes(5000), "无法识别"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(50), "无法识别"),
        (b"\xff\xd8\xff\xe0", "打不开"),
        (b"\xff\xd8\xff" * 1000, "打不开"),
        (b"\xff\xd8" + b"\xff" * 5_000_000, "打不开"),
        (b"\x89PNG\r\n\x1a\n", "打不开"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "打不开"),
        (b"GIF89a", "打不开"),
        (b"RIFF\x10\0\0\0WEBPVP8X", "打不开"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(90), "打不开"),
    ],
)
def test_what_is_no_photograph_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        examine(content, LIMITS)


@pytest.mark.parametrize(
    "content",
    [
        jpeg() + b"<html><script>alert(1)</script>",
        jpeg(comment=b"*/=1;</style><script>alert(1)</script>"),
        jpeg() + b"PK\x03\x04" + bytes(200) + b"PK\x05\x06" + bytes(18),
        saved(scene(), "PNG") + b"<?php system($_GET['c']); ?>",
        b"GIF89a" + b"%PDF-1.4" + bytes(100),
    ],
)
def test_a_polyglot_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal, match="夹带"):
        examine(content, LIMITS)


def test_a_moving_photograph_of_a_telephone_is_taken_without_its_film() -> None:
    photo = examine(jpeg() + b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 500, LIMITS)
    assert corners(photo.large) == UPRIGHT


def _with_segment(content: bytes, data: bytes, times: int = 1) -> bytes:
    segment = b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data
    return content[:2] + segment * times + content[2:]


def _exif_bomb(entries: int) -> bytes:
    """Every entry claims the whole block as its value."""
    claims = b"".join(struct.pack("<HHII", tag, 7, 60_000, 8) for tag in range(entries))
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, entries) + claims


def _exif_ring() -> bytes:
    """Directories that point at themselves."""
    return (
        b"Exif\0\0II*\0"
        + struct.pack("<IH", 8, 2)
        + b"".join(struct.pack("<HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825))
    )


@pytest.mark.parametrize(
    "content",
    [
        _with_segment(jpeg(), _exif_bomb(5000)),
        _with_segment(jpeg(), _exif_bomb(5000), 200),
        _with_segment(jpeg(), _exif_ring()),
        _with_segment(jpeg(), b"Exif\0\0II*\0\xff\xff\xff\xff"),
        _with_segment(jpeg(), b"Exif\0\0MM\0*"),
        _with_segment(jpeg(), b"Exif\0\0"),
    ],
)
def test_an_exif_bomb_does_not_go_off(content: bytes) -> None:
    began = time.process_time()
    photo = examine(content, LIMITS)
    assert time.process_time() - began < 0.5
    assert photo.taken_at is None
    assert corners(photo.large) == UPRIGHT


def test_a_png_of_a_thousand_megabytes_of_text_is_refused() -> None:
    content = saved(scene(), "PNG")
    bomb = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(100_000_000)))
    with pytest.raises(Damaged):
        examine(content[:33] + bomb + content[33:], LIMITS)


def test_a_jpeg_of_countless_scans_or_segments_is_refused() -> None:
    content = saved(scene(), "JPEG", progressive=True)
    scan = content.rindex(b"\xff\xda")
    for hostile in (
        content[:-2] + content[scan:-2] * 200,
        content[:2] + b"\xff\xe5\x00\x02" * 100_000 + content[2:],
    ):
        began = time.process_time()
        with pytest.raises(Damaged):
            examine(hostile, LIMITS)
        assert time.process_time() - began < 0.2


@pytest.mark.parametrize("size", [(7000, 7000), (40, 30), (1, 1), (900, 65_000)])
def test_a_jpeg_that_lies_about_its_size_costs_no_more_than_it_says(size: Any) -> None:
    content = bytearray(jpeg())
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", *size)
    began = time.process_time()
    with contextlib.suppress(Damaged):  # or libjpeg fills what is missing with grey, as every viewer does
        assert max(Image.open(BytesIO(examine(bytes(content), LIMITS).large)).size) <= 1600
    assert time.process_time() - began < 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_flipped_bytes_give_a_photograph_or_a_refusal_nothing_else(kind: str) -> None:
    content, random = saved(scene(160, 120), kind, exif=exif(6).tobytes()), np.random.default_rng(7)
    for _ in range(150):
        hostile = bytearray(content)
        for at in random.integers(0, len(content) if random.random() < 0.5 else 200, random.integers(1, 6)):
            hostile[at % len(hostile)] = random.integers(0, 256)
        with contextlib.suppress(Refusal):
            examine(bytes(hostile), PhotoLimits(20_000_000, 4_000_000))
