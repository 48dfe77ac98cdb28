"""The nearest peer that pip installs: django-helpdesk's ticket with a photograph beside Heshao's whole intake.

    python -m bench.peer [--quick] [--rounds 3] [--seconds 6] [--people 400]

Four connections, granian, one process, the same threads, SQLite in WAL with synchronous=FULL, in turn. The peer's
ticket is its public form with the photograph in it. Ours is five messages, and the photograph fetched from the
platform, checked, shrunk to two sizes and stored by `flask work`, whose time counts until the last one is stored.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from sqlalchemy import func, select

from bench import generator, product, quick_platform, results
from bench.environments import ROOT
from bench.helpdesk import CONNECTIONS, Peer, peer_round
from bench.photos import scene
from bench.servers import Served, running
from commands.serve import processes
from config import load
from models.engine import make_engine
from models.evidence import Arrival, Evidence
from services.photographs import PhotoLimits, examine
from story.stage import DISTRICT

BYTES = 400_000
SETTLE_SECONDS = 120


@dataclass(frozen=True)
class Ours:
    """One round of Heshao."""

    accepted: float
    """Reports a second while people wrote."""
    whole: float
    """Reports a second until the last photograph was stored."""
    p99: float
    """Milliseconds, of one message."""
    errors: int
    decoding: float
    """Milliseconds of CPU to decode, turn and shrink one of these photographs."""


def photograph() -> bytes:
    """A JPEG of about 400 kB, as WeChat sends them: 1,440 px, without EXIF."""
    picture = scene(1440, 1080)
    for quality in range(95, 40, -1):
        output = BytesIO()
        picture.save(output, "JPEG", quality=quality)
        if output.tell() <= BYTES:
            return output.getvalue()
    raise RuntimeError("no quality makes it small enough")


def our_round(template: product.Template, photo: Path, seconds: float, people: int) -> Ours:
    """Four connections report for so many seconds, with the workers beside; then wait for the last photograph."""
    settings = load(DISTRICT / "config.toml", {}).server
    places = template.places()
    with (
        quick_platform.running(str(photo)) as platform,
        template.copy("sqlite", platform) as environment,
        running(Served("app:door", settings, environment), []) as port,
        working(environment),
        generator.generator(
            port, mix="reports", people=people, echo=False, kinds=product.kinds(), places=places, cores=[]
        ) as load_,
    ):
        load_.warm()
        first = load_.run(
            CONNECTIONS, min(2.0, seconds), 2000
        )  # the workers wake, and have seen a photograph
        _all_stored(environment)
        run = load_.run(CONNECTIONS, seconds, 2000)
        stored, ended = _all_stored(environment)
        if stored < run.so_far[1]:
            raise RuntimeError(f"{run.so_far[1]} tickets, {stored} photographs stored")
    return Ours(
        accepted=run.tickets / run.seconds,
        whole=(run.so_far[1] - first.so_far[1]) / (ended - run.began),
        p99=run.p99,
        errors=sum(run.errors.values()),
        decoding=decoding(photo.read_bytes()),
    )


@contextmanager
def working(environment: Mapping[str, str]) -> Iterator[None]:
    """`flask work`, as `flask serve` starts it."""
    words = processes(load(DISTRICT / "config.toml", {}).server)["work"]
    process = subprocess.Popen(words, cwd=ROOT, env={**environment, "HESHAO__LOGGING__LEVEL": "error"})  # noqa: S603
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _all_stored(environment: Mapping[str, str]) -> tuple[int, float]:
    """How many photographs are stored once none waits any more, and the moment."""
    engine = make_engine(environment["HESHAO__DATABASE__URL"]).execution_options(reading=True)
    give_up = time.perf_counter() + SETTLE_SECONDS
    while time.perf_counter() < give_up:
        with engine.connect() as connection:
            rows = dict(
                connection.execute(select(Evidence.arrival, func.count()).group_by(Evidence.arrival)).all()
            )
        if not rows.get(Arrival.WAITING):
            engine.dispose()
            return rows.get(Arrival.STORED, 0), time.perf_counter()
        time.sleep(0.05)
    raise RuntimeError(f"photographs are still waiting: {rows}")


def decoding(photo: bytes) -> float:
    """Milliseconds of CPU to check, decode, turn and shrink it, by itself."""
    times = []
    for _ in range(5):
        began = time.process_time()
        examine(photo, PhotoLimits(20_000_000, 60_000_000))
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


def told(peers: list[Peer], ours: list[Ours], size: int) -> str:
    """The section of RESULTS.md."""
    middle = statistics.median
    return "\n".join(
        [
            f"{CONNECTIONS} connections, {len(ours)} rounds, in turn; a photograph of {size / 1000:.0f} kB, "
            "1,440 px. The peer's mails go nowhere, and it neither looks into the photograph nor shrinks it.",
            "",
            "| what | tickets/s, best | median | p99 ms, median | errors |",
            "|---|---|---|---|---|",
            f"| django-helpdesk 2.6.1: its form with the photograph | {max(p.rate for p in peers):.0f} "
            f"| {middle(p.rate for p in peers):.0f} | {middle(p.p99 for p in peers):.0f} (a ticket) "
            f"| {sum(p.errors for p in peers)} |",
            f"| **Heshao**: five messages to a ticket, while people write | {max(o.accepted for o in ours):.0f} "
            f"| {middle(o.accepted for o in ours):.0f} | {middle(o.p99 for o in ours):.0f} (a message) "
            f"| {sum(o.errors for o in ours)} |",
            f"| **Heshao**: the same until the last photograph is fetched, shrunk and stored | "
            f"{max(o.whole for o in ours):.0f} | {middle(o.whole for o in ours):.0f} | | |",
            "",
            f"Of ours, checking, decoding and shrinking take {middle(o.decoding for o in ours):.0f} ms of CPU for "
            "each photograph.",
        ]
    )


def main() -> None:
    """Measure, print, and write down unless --quick."""
    parser = argparse.ArgumentParser(prog="bench.peer")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--people", type=int)
    given = parser.parse_args()
    rounds = given.rounds or (1 if given.quick else 3)
    seconds = given.seconds or (3 if given.quick else 6)
    people = given.people or (100 if given.quick else 400)
    template = product.Template()
    peers, ours = [], []
    try:
        photo = template.folder / "photo.jpg"
        photo.write_bytes(photograph())
        for _ in range(rounds):
            peers.append(peer_round(photo.read_bytes(), seconds))
            sys.stderr.write(f"{peers[-1]}\n")
            ours.append(our_round(template, photo, seconds, people))
            sys.stderr.write(f"{ours[-1]}\n")
        size = photo.stat().st_size
    finally:
        template.remove()
    results.say("peer", told(peers, ours, size), keep=not given.quick)


if __name__ == "__main__":
    main()
