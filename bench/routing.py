"""Finding the reach: microseconds a look-up beside brute force, memory, and the time to read the registry again.

    python -m bench.routing [--quick] [--rounds 3]

An invented district of winding rivers, always as dense as the last, from 10^3 to 10^6 segments, in a database as
the product keeps it; each size in a process of its own. The same places are looked up in turn by the product's
`Routing`, by one numpy expression over all segments, and by a plain loop; distances must agree.
"""

import argparse
import gc
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from bench import results
from bench.environments import FOLDER, ROOT
from bench.photos import resident_megabytes
from bench.rivers import SEGMENTS, degrees, fill, flattened, rivers
from models.engine import make_engine
from rules.coordinates import Floats, Position
from rules.routing import Routing, RoutingSettings
from services.atlas import AtlasKeeper

SIZES = (1_000, 10_000, 100_000, 1_000_000)
TODAY = date(2026, 11, 24)
PLACES = 300
SLOW = 3
"""Places a plain loop is asked for."""


@dataclass(frozen=True)
class Measured:
    """One round at one size: microseconds a look-up, seconds, megabytes."""

    ours: float
    ours_p99: float
    numpy: float
    loop: float
    reload: float
    again: float
    """Microseconds to learn that nothing has changed."""
    memory: float


def by_numpy(start: Floats, end: Floats, at: Floats) -> float:
    """Metres to the nearest of all segments, in one expression."""
    along = end - start
    share = np.clip(((at - start) * along).sum(axis=1) / (along * along).sum(axis=1), 0, 1)
    foot = start + share[:, None] * along - at
    return float(np.sqrt((foot * foot).sum(axis=1).min()))


def by_loop(segments: list[tuple[float, float, float, float]], x: float, y: float) -> float:
    """The same, segment after segment."""
    least = math.inf
    for x1, y1, x2, y2 in segments:
        dx, dy = x2 - x1, y2 - y1
        share = min(1.0, max(0.0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)))
        least = min(least, math.hypot(x1 + share * dx - x, y1 + share * dy - y))
    return least


def measure(segments: int, rounds: int) -> list[Measured]:
    """In a process of its own: everything for one size."""
    lines = rivers(segments // SEGMENTS)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        engine = make_engine(f"sqlite:///{folder}/registry.db")
        fill(engine, lines)
        gc.collect()
        before = resident_megabytes()
        keeper, reloads = AtlasKeeper(), []
        for _ in range(rounds):
            keeper = AtlasKeeper()
            with Session(engine) as session:
                began = time.perf_counter()
                keeper.atlas(session.connection(), TODAY)
                reloads.append(time.perf_counter() - began)
            gc.collect()
        memory = resident_megabytes() - before
        with Session(engine) as session:
            connection = session.connection()
            routing = keeper.atlas(connection, TODAY).routing
            again = _each(1000, lambda _: keeper.atlas(connection, TODAY))
        found = [_looked_up(routing, lines, number) for number in range(rounds)]
        engine.dispose()
    return [
        Measured(*times, reload=reload, again=statistics.median(again), memory=memory)
        for times, reload in zip(found, reloads, strict=True)
    ]


def _looked_up(routing: Routing, lines: list[Floats], number: int) -> tuple[float, float, float, float]:
    """Microseconds: ours (median, 99th percentile), numpy, loop."""
    random = np.random.default_rng(number)
    chosen = [lines[i][random.integers(SEGMENTS)] for i in random.integers(len(lines), size=PLACES)]
    at = np.array(chosen) + random.normal(0, 40, (PLACES, 2))
    positions = [Position(x, y) for x, y in degrees(at)]
    flat, at = [flattened(line) for line in lines], flattened(at)
    start, end = (np.concatenate([line[cut] for line in flat]) for cut in (slice(-1), slice(1, None)))
    settings = RoutingSettings()
    ours = _each(PLACES, lambda i: routing.route(positions[i], settings))
    fast = _each(PLACES // 10, lambda i: by_numpy(start, end, at[i]))
    segments = [tuple(map(float, row)) for row in np.hstack([start, end])]
    slow = _each(SLOW, lambda i: by_loop(segments, *at[i]))  # type: ignore[arg-type]  # four numbers each
    for i in range(SLOW):
        nearest = routing.near(positions[i], settings.far_metres)[0].metres
        wanted = by_numpy(start, end, at[i])
        if abs(nearest - wanted) > 0.1 + 0.002 * wanted or abs(wanted - by_loop(segments, *at[i])) > 1e-6:  # type: ignore[arg-type]
            raise AssertionError(f"{positions[i]}: {nearest} m, by brute force {wanted} m")
    return (
        statistics.median(ours),
        sorted(ours)[int(PLACES * 0.99)],
        statistics.median(fast),
        statistics.median(slow),
    )


def _each(times: int, act: Callable[[int], object]) -> list[float]:
    """Microseconds of each."""
    found = []
    for number in range(times):
        began = time.perf_counter()
        act(number)
        found.append((time.perf_counter() - began) * 1e6)
    return found


def told(found: dict[int, list[Measured]]) -> str:
    """The section of RESULTS.md."""
    lines = [
        f"Places within about 100 m of a river, {PLACES} a round; reaches of {SEGMENTS} segments. Best and median of "
        "the rounds; memory is what the atlas adds to the process (names and rows included).",
        "",
        "| segments | reaches | `Routing.route` µs, best | median | p99 | numpy over all, µs | plain loop, µs "
        "| reload s, best | median | nothing new, µs | memory MB |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for segments, rounds in found.items():

        def middle(name: str, rounds: list[Measured] = rounds) -> float:
            return float(statistics.median(getattr(one, name) for one in rounds))

        lines.append(
            f"| {segments:,} | {segments // SEGMENTS:,} | {min(one.ours for one in rounds):.0f} "
            f"| {middle('ours'):.0f} | {middle('ours_p99'):.0f} | {middle('numpy'):.0f} | {middle('loop'):,.0f} "
            f"| {min(one.reload for one in rounds):.2f} | {middle('reload'):.2f} | {middle('again'):.0f} "
            f"| {rounds[0].memory:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write down unless --quick."""
    parser = argparse.ArgumentParser(prog="bench.routing")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    rounds = given.rounds or (1 if given.quick else 3)
    FOLDER.mkdir(parents=True, exist_ok=True)
    if given.measure:
        sys.stdout.write(json.dumps([asdict(one) for one in measure(given.measure, rounds)]))
        return
    found = {}
    for segments in SIZES[:3] if given.quick else SIZES:
        command = [sys.executable, "-m", "bench.routing", "--measure", str(segments), "--rounds", str(rounds)]
        answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own
        found[segments] = [Measured(**one) for one in json.loads(answer.stdout)]
        sys.stderr.write(f"{segments}: {found[segments][0]}\n")
    results.say("routing", told(found), keep=not given.quick)


if __name__ == "__main__":
    main()
