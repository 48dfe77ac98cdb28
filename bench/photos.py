"""CPU and memory of one photograph: our examination beside Pillow's own two lines, each in a fresh process.

    .venv/bin/python -m bench.photos [rounds]

Ours also does what Pillow's lines do not: SHA-256, checks against hostile bytes, EXIF, perceptual hash. Each
process warms up on a small photograph, then takes one of 12 megapixels so many rounds, ours and Pillow's in
turn; best and median milliseconds of CPU, and the growth of the process's peak memory over its warm state.
"""

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

from services.photographs import LARGE, SMALL, PhotoLimits, examine

LIMITS = PhotoLimits(max_bytes=200_000_000, max_pixels=60_000_000)
ROUNDS = 7


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
    telephone, screenshot = scene(4000, 3000), scene(8900, 6700).convert("RGBA")
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


def ours(content: bytes) -> None:
    """The product's examination."""
    examine(content, LIMITS)


def pillow(content: bytes) -> None:
    """What Pillow's manual shows, once for each size."""
    for size in (LARGE, SMALL):
        with Image.open(BytesIO(content)) as image:
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((size, size))
            upright.convert("RGB").save(BytesIO(), "JPEG")


WAYS: dict[str, Callable[[bytes], None]] = {"ours": ours, "Pillow": pillow}


def measure(way: str, path: str, warm: str) -> None:
    """In a process of its own: milliseconds of CPU and megabytes of peak memory for one photograph, as JSON."""
    pillow_heif.register_heif_opener()
    content = Path(path).read_bytes()
    WAYS[way](Path(warm).read_bytes())
    before, began = peak_megabytes(), time.process_time()
    WAYS[way](content)
    spent = time.process_time() - began
    sys.stdout.write(json.dumps([spent * 1000, peak_megabytes() - before]))


def peak_megabytes() -> float:
    """Peak resident memory of this process; `ru_maxrss` would begin with that of the parent."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def compare(rounds: int) -> None:
    """All photographs, both ways in turn; prints a table in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        paths = files(Path(folder))
        warm = str(paths.pop("warm"))
        sys.stdout.write(
            "| photograph | MB | way | CPU ms, best | median | peak memory, MB |\n|---|---|---|---|---|---|\n"
        )
        for name, path in paths.items():
            results: dict[str, list[list[float]]] = {way: [] for way in WAYS}
            for _ in range(rounds):
                for way in WAYS:
                    command = [sys.executable, "-m", "bench.photos", "--measure", way, str(path), warm]
                    answer = subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our own
                    results[way].append(json.loads(answer.stdout))
            for way, found in results.items():
                spent = [row[0] for row in found]
                sys.stdout.write(
                    f"| {name} | {path.stat().st_size / 1e6:.1f} | {way} | {min(spent):.0f} "
                    f"| {statistics.median(spent):.0f} | {max(row[1] for row in found):.0f} |\n"
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:5])
    else:
        compare(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
