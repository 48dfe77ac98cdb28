"""Every bomb in one process that may have little: bounded time and memory, whoever sends it."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CPU_SECONDS = 30
GROWTH_MB = 100
"""A photograph of 60 megapixels takes more while it is decoded; no bomb may."""

SCRIPT = '''
import struct, sys, time, zlib
from PIL import Image
from tests.services.pictures import LIMITS, chunk, jpeg, png_header, saved, scene
from tests.services.registry_fixtures import workbook
from tests.services.test_hostile_workbook import repacked, with_towns
from bot.messages import Malformed, parse
from bot.tree import read
from rules.refusal import Refusal
from services.cells import Unreadable
from services.courses import course
from services.photographs import examine
from services.sheets import WorkbookRefused
from services.workbook import read_workbook


def gif():
    frames = [Image.new("P", (8, 8), n % 256) for n in range(10_000)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], optimize=False)


def full_png():
    """50,000 x 50,000 black pixels, compressed to a few megabytes: not only the header promises."""
    squeeze, rows = zlib.compressobj(1), bytes(6251 * 100)
    data = b"".join(squeeze.compress(rows) for _ in range(500)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\\x89PNG\\r\\n\\x1a\\n" + b"".join(chunk(name, body) for name, body in parts)


def with_exif(kind):
    claims = b"".join(struct.pack("<HHII", tag, 7, 60_000, 8) for tag in range(5000))
    return saved(scene(), kind, exif=b"Exif\\0\\0II*\\0" + struct.pack("<IH", 8, 5000) + claims)


def laughs():
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE xml [<!ENTITY a0 "ha">{entities}]><xml>&a11;</xml>'.encode()


points = ", ".join(f"{117 + n / 1e7:.7f} 39.2" for n in range(1_000_000))
photo = jpeg(scene(1200, 900).effect_spread(20))
PHOTO, SHEET, PUSH, WKT = (
    lambda content: examine(content, LIMITS), read_workbook, parse, course,
)
BOMBS = [
    ("PNG of 50,000 x 50,000 in its header", PHOTO, png_header(50_000, 50_000), Refusal),
    ("PNG of 50,000 x 50,000 to the last pixel", PHOTO, full_png(), Refusal),
    ("GIF of 10,000 frames", PHOTO, gif(), None),
    ("truncated JPEG", PHOTO, photo[: len(photo) // 2], Refusal),
    ("page as a photograph", PHOTO, b"<!DOCTYPE html>" + b"<p>" * 2_000_000, Refusal),
    ("polyglot", PHOTO, photo + b"<script>" + bytes(60_000), Refusal),
    ("EXIF bomb in PNG", PHOTO, with_exif("PNG"), None),
    ("EXIF bomb in WebP", PHOTO, with_exif("WEBP"), None),
    ("EXIF bomb in HEIC", PHOTO, with_exif("HEIF"), None),
    ("workbook, zip bomb", SHEET, repacked(workbook(), xl_worksheets_sheet1=b"<worksheet>" + b" " * 150_000_000),
     WorkbookRefused),
    ("workbook, 100,000 rows", SHEET, with_towns(100_000), WorkbookRefused),
    ("WKT of a million points", WKT, f"LINESTRING ({points})", Unreadable),
    ("XML entities", PUSH, laughs(), Malformed),
    ("XML, deep", PUSH, b"<a>" * 300_000, Malformed),
    ("JSON, deep", PUSH, b'{"a":' * 200_000, Malformed),
    ("ten megabytes", PUSH, b"<xml>" + bytes(10_000_000), Malformed),
]
def memory(what):
    """Megabytes: VmRSS now, VmHWM at the most since it was last forgotten."""
    line = next(line for line in open("/proc/self/status") if line.startswith(what))
    return int(line.split()[1]) // 1024


examine(jpeg(), LIMITS)
for name, door, bomb, refusal in BOMBS:
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")  # forget the peak: building the bombs took more than any of them does
    before, began = memory("VmRSS"), time.process_time()
    try:
        door(bomb)
        outcome = "taken"
    except (Refusal, WorkbookRefused, Unreadable, Malformed) as error:
        outcome = "refused" if refusal and isinstance(error, refusal) else f"wrong: {error!r:.200}"
    spent = time.process_time() - began
    grew = memory("VmHWM") - before
    if outcome != ("refused" if refusal else "taken") or spent > 4 or grew > int(sys.argv[1]):
        sys.exit(f"{name}: {outcome}, {spent:.1f} s, {grew} MB more")
    print(f"{name}: {outcome}, {spent:.2f} s, {grew} MB more")
'''


@pytest.mark.skipif(
    sys.platform != "linux", reason="the peak is forgotten through /proc, which only Linux has"
)
def test_no_bomb_takes_more_than_a_photograph_would() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(GROWTH_MB)], cwd=ROOT, capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS)),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n") == 16
