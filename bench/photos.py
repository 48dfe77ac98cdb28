"""CPU and memory of one photograph: our examination beside Pillow's and pyvips' own few lines.

    python -m bench.photos [--quick] [--rounds 5]

All make an upright JPEG of 1600 px and one of 320 px without EXIF, and what they made is checked. Ours also does
what the others do not: SHA-256, checks against hostile bytes, EXIF, perceptual hash. Every measurement is a fresh
process that warms up on a small photograph and then takes one; the ways take turns.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageOps

from bench import results
from bench.environments import ECHOES, FOLDER, ROOT, python_of
from services.photographs import LARGE, SMALL, PhotoLimits, examine

LIMITS = PhotoLimits(max_bytes=200_000_000, max_pixels=60_000_000)
TELEPHONE = (4000, 3000)
GOAL_MS = 150
"""Of CPU, for 12 megapixels."""


def scene(width: int, height: int) -> Image.Image:
    """Something like a photograph: large shapes, finer ones, and a sensor's noise."""
    random = np.random.default_rng(1)

    def layer(cell: int) -> Image.Image:
        dots = random.integers(0, 255, (height // cell + 1, width // cell + 1, 3), dtype=np.uint8)
        return Image.fromarray(dots).resize((width, height), Image.Resampling.BICUBIC)

    noise = Image.effect_noise((width, height), 20).convert("RGB")
    return Image.blend(Image.blend(layer(40), layer(4), 0.25), noise, 0.1)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as a file, with the EXIF of a telephone held upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    output = BytesIO()
    image.save(output, kind, exif=exif, **options)
    return output.getvalue()


def files(folder: Path) -> dict[str, Path]:
    """The photographs of the comparison."""
    pillow_heif.register_heif_opener()
    telephone, screenshot = scene(*TELEPHONE), scene(8900, 6700).convert("RGBA")
    made = {
        "JPEG 12 MP": saved(telephone, "JPEG", quality=90),
        "JPEG 12 MP progressive": saved(telephone, "JPEG", quality=90, progressive=True),
        "HEIC 12 MP": saved(telephone, "HEIF", quality=60),
        "PNG 60 MP, RGBA": saved(screenshot, "PNG", compress_level=1),
        "warm": saved(scene(400, 300), "JPEG"),
    }
    paths = {name: folder / f"{number}.bin" for number, name in enumerate(made)}
    for name, content in made.items():
        paths[name].write_bytes(content)
    return paths


Made = tuple[bytes, bytes]


def ours(content: bytes) -> Made:
    """The product's examination."""
    seen = examine(content, LIMITS)
    return seen.large, seen.small


def pillow(content: bytes) -> Made:
    """What Pillow's manual shows, once for each size."""

    def shrunk(size: int) -> bytes:
        output = BytesIO()
        with Image.open(BytesIO(content)) as image:
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((size, size))
            upright.info.pop("exif", None)
            upright.convert("RGB").save(output, "JPEG", exif=b"")
        return output.getvalue()

    return shrunk(LARGE), shrunk(SMALL)


def vips(content: bytes) -> Made:
    """libvips' thumbnail, which turns and shrinks while it decodes; the small one from the large one."""
    import pyvips  # only in the benchmarks' environment

    large = pyvips.Image.thumbnail_buffer(content, LARGE, height=LARGE).flatten().copy_memory()
    small = large.thumbnail_image(SMALL, height=SMALL)
    return large.jpegsave_buffer(keep="none"), small.jpegsave_buffer(keep="none")


WAYS: dict[str, Callable[[bytes], Made]] = {"ours": ours, "Pillow": pillow, "pyvips": vips}


def measure(way: str, path: str, warm: str) -> None:
    """In a process of its own: milliseconds of CPU and of time, megabytes of growth and of peak, as JSON."""
    pillow_heif.register_heif_opener()
    content = Path(path).read_bytes()
    WAYS[way](Path(warm).read_bytes())
    before, began, cpu = peak_megabytes(), time.perf_counter(), time.process_time()
    made = WAYS[way](content)
    spent, took = time.process_time() - cpu, time.perf_counter() - began
    peak = peak_megabytes()
    _check(made)
    sys.stdout.write(json.dumps([spent * 1000, took * 1000, peak - before, peak]))


def _check(made: Made) -> None:
    """Two JPEGs of the right size, upright, that tell nothing of the telephone."""
    for content, size in zip(made, (LARGE, SMALL), strict=True):
        with Image.open(BytesIO(content)) as image:
            if max(image.size) != size or image.format != "JPEG" or image.getexif():
                raise AssertionError(f"{image.format} {image.size} {dict(image.getexif())}")


def peak_megabytes() -> float:
    """Peak resident memory of this process; `ru_maxrss` would begin with that of the parent."""
    return _status("VmHWM")


def resident_megabytes() -> float:
    """Resident memory of this process now."""
    return _status("VmRSS")


def _status(name: str) -> float:
    return int(Path("/proc/self/status").read_text("ascii").split(f"{name}:")[1].split()[0]) / 1024


Found = dict[str, list[list[float]]]
"""By way: the rounds' figures; none where it cannot read the file."""


def compare(path: Path, warm: Path, rounds: int) -> Found:
    """One photograph, all ways in turn."""
    found: Found = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            command = [python_of(ECHOES), "-m", "bench.photos", "--measure", way, str(path), str(warm)]
            answer = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603
            if answer.returncode == 0:
                found[way].append(json.loads(answer.stdout))
            elif way != "pyvips":
                raise RuntimeError(answer.stderr)
    return found


def told(name: str, size: float, found: Found) -> str:
    """Rows of the table for one photograph."""
    rows = []
    for way, runs in found.items():
        if not runs:
            rows.append(f"| {name} | {size:.1f} | {way} | its wheel has no decoder for this | | | | |")
            continue
        spent, took, grown, peak = zip(*runs, strict=True)
        rows.append(
            f"| {name} | {size:.1f} | {way} | {min(spent):.0f} | {statistics.median(spent):.0f} "
            f"| {statistics.median(took):.0f} | {max(grown):.0f} | {max(peak):.0f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure, print, and write down unless --quick."""
    parser = argparse.ArgumentParser(prog="bench.photos")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(*given.measure)
        return
    rounds = given.rounds or (1 if given.quick else 5)
    rows = [
        f"To upright JPEGs of {LARGE} and {SMALL} px without EXIF, {rounds} rounds. The goal is {GOAL_MS} ms of CPU "
        "for 12 MP; why HEIC needs more is in docs/performance.md. "
        "“Grown” is the peak over the warm process, “peak” the whole process.",
        "",
        "| photograph | MB | way | CPU ms, best | median | wall ms, median | grown MB | peak MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        paths = files(Path(folder))
        warm = paths.pop("warm")
        for name, path in paths.items():
            rows.append(told(name, path.stat().st_size / 1e6, compare(path, warm, rounds)))
    results.say("photos", "\n".join(rows), keep=not given.quick)


if __name__ == "__main__":
    main()
