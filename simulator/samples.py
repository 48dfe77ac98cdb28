"""Built-in photos to try with: drawn river scenes with EXIF time and place, always the same bytes."""

import functools
import io
import random

from PIL import Image, ImageDraw, ImageFilter

LABELS = {"sewage": "排污口黑水", "rubbish": "岸边垃圾", "fish": "死鱼", "clean": "整改后的河岸"}
WATER = {"sewage": (58, 60, 48), "rubbish": (96, 128, 124), "fish": (88, 112, 92), "clean": (92, 150, 178)}
SIZE = (1280, 960)


def draw_scene(name: str) -> Image.Image:
    """Sky, far bank, water and what is wrong with it."""
    chance = random.Random(name)
    picture = Image.new("RGB", SIZE, (186, 205, 218))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 300, 1280, 420), fill=(96, 122, 80))
    for _ in range(60):
        x, height = chance.randrange(1280), chance.randrange(30, 110)
        draw.ellipse((x - 40, 330 - height, x + 40, 400), fill=(70 + height // 3, 104 + height // 4, 62))
    draw.rectangle((0, 400, 1280, 960), fill=WATER[name])
    for _ in range(220):
        x, y = chance.randrange(-80, 1280), chance.randrange(410, 960)
        tone = chance.randrange(-14, 22)
        red, green, blue = WATER[name]
        draw.line(
            (x, y, x + chance.randrange(40, 160), y), fill=(red + tone, green + tone, blue + tone), width=3
        )
    draw.polygon([(0, 960), (0, 760), (520, 840), (760, 960)], fill=(122, 106, 82))
    PROBLEMS[name](draw, chance)
    return picture.filter(ImageFilter.GaussianBlur(1.2))


def sewage(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((860, 430, 1280, 560), fill=(140, 138, 132))
    draw.ellipse((900, 450, 1000, 550), fill=(30, 28, 26))
    draw.polygon([(905, 520), (995, 520), (900, 960), (560, 960)], fill=(24, 24, 20))
    for _ in range(60):
        x, y, size = chance.randrange(560, 940), chance.randrange(600, 940), chance.randrange(6, 20)
        draw.ellipse((x, y, x + size * 2, y + size), fill=(186, 180, 160))


def rubbish(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    colours = [(220, 220, 214), (196, 60, 52), (60, 110, 180), (232, 190, 70), (50, 140, 90)]
    for _ in range(90):
        x, y, size = chance.randrange(60, 700), chance.randrange(720, 930), chance.randrange(14, 52)
        draw.rectangle((x, y, x + size, y + size * 2 // 3), fill=chance.choice(colours))


def fish(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for _ in range(26):
        x, y = chance.randrange(80, 1180), chance.randrange(480, 880)
        draw.ellipse((x, y, x + 84, y + 26), fill=(206, 208, 200))
        draw.polygon([(x + 78, y + 13), (x + 108, y), (x + 108, y + 26)], fill=(186, 188, 180))


def clean(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for _ in range(40):
        x, y = chance.randrange(0, 620), chance.randrange(800, 940)
        draw.line((x, y, x + 10, y - 46), fill=(84, 130, 62), width=5)


PROBLEMS = {"sewage": sewage, "rubbish": rubbish, "fish": fish, "clean": clean}


@functools.cache
def photo(name: str) -> bytes:
    """A JPEG of 1280 by 960 with EXIF: camera, time (Asia/Shanghai) and a place in Tianjin, WGS-84."""
    if name not in LABELS:
        raise ValueError(f"没有这张示例照片：{name}")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Heshao", "Simulated Phone", 1
    exif[0x0132] = "2026:11:20 09:30:00"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 09:30:00"
    exif.get_ifd(0x8769)[0x9011] = "+08:00"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (39.0, 13.0, 12.0)
    place[3], place[4] = "E", (117.0, 7.0, 48.0)
    written = io.BytesIO()
    draw_scene(name).save(written, "JPEG", quality=82, exif=exif)
    return written.getvalue()
