"""Messages owed: what picking the next ones costs with a million sent behind them, and how fast they leave.

    python -m bench.notifications [--quick] [--owed 100000] [--sent 1000000] [--part 4000 | --whole]
                                  [--engines sqlite,postgresql]

Of those owed a part is drained to each platform; with --whole all of them, to the stand-in only: ten to thirty
minutes an engine.

The worker that drains is a process of its own, as `flask work` is. It hands over first to the least a platform can
be (a yes as fast as one thread answers), then to the stand-in, both also processes of their own.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Engine, event, func, select

import app
from bench import owed, product, quick_platform, results
from bench.environments import FOLDER, ROOT
from bench.product import Template
from models.engine import make_engine
from models.notification import Delivery, Notification, due_for_delivery
from scheduler import deliver
from services import delivery
from services.desk import Desk
from story.stage import ACCOUNT, DISTRICT, free_port

PICKS = 30
PART = 4000
"""Messages drained to each platform, unless all of them are."""
TEMPLATES_A_DAY = 100_000
"""Template messages a service account may send in a day unless it was granted more (platform documentation)."""


def picking(desk: Desk) -> tuple[float, float, float]:
    """Milliseconds to lease the next messages: best, median; and to see whether anything is due."""
    leases, looks = [], []
    for _ in range(PICKS):
        began = time.perf_counter()
        taken = desk.do(delivery.lease, deliver.SENDERS)
        leases.append((time.perf_counter() - began) * 1000)
        assert len(taken) == deliver.SENDERS
        began = time.perf_counter()
        assert desk.look(delivery.anything_due)
        looks.append((time.perf_counter() - began) * 1000)
    return min(leases), statistics.median(leases), statistics.median(looks)


def plan_of(engine: Engine) -> str:
    """How the database finds the next messages, in its own words."""
    due = due_for_delivery(app.clock(), urgent=False).limit(deliver.SENDERS)
    due = due.with_for_update(of=Notification, skip_locked=True)
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN (ANALYZE, COSTS OFF) "
    asked: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    with engine.connect() as connection:
        event.listen(engine, "before_cursor_execute", listen)
        connection.execute(due)
        event.remove(engine, "before_cursor_execute", listen)
        rows = connection.exec_driver_sql(explain + asked[0][0], asked[0][1]).all()
        connection.rollback()
    return "\n".join(str(row[-1]) for row in rows)


@contextmanager
def stand_in(folder: Path) -> Iterator[str]:
    """The stand-in with everybody's phone and the product's template; its address. It pushes nowhere."""
    people = folder / "people.json"
    demonstration = json.loads((DISTRICT / "people.json").read_text("utf-8"))
    cast = [{"key": f"p{n}", "openid": owed.openid_of(n)} for n in range(1, owed.REPORTERS + 1)]
    people.write_text(json.dumps({"people": cast, "templates": demonstration["templates"]}), "utf-8")
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [
            sys.executable, "-m", "simulator", "--port", str(port), "--webhook", "", "--people", str(people),
            "--appid", ACCOUNT["app_id"], "--secret", ACCOUNT["app_secret"], "--token", ACCOUNT["token"],
            "--aes-key", ACCOUNT["encoding_aes_key"],
        ],
        cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                requests.get(url, timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def drained(environment: Mapping[str, str], platform: str, batches: int) -> tuple[int, float, float]:
    """Messages sent, seconds, and the share of a core the worker used, in a process of its own."""
    before = count(environment)
    done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "bench.notifications", "--drain", str(batches)],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
        env={**environment, "HESHAO__WECHAT__API_BASE": platform, "HESHAO__LOGGING__LEVEL": "error"},
    )  # fmt: skip
    seconds, cpu = json.loads(done.stdout)
    return count(environment) - before, seconds, cpu / seconds


def drain(batches: int) -> None:
    """What the worker does, so many batches of it; seconds and CPU seconds as JSON."""
    postman = app.parts().postman
    postman.desk.look(delivery.anything_due)
    began, cpu = time.perf_counter(), time.process_time()
    deliver.deliver(postman, batches)
    sys.stdout.write(json.dumps([time.perf_counter() - began, time.process_time() - cpu]))


def count(environment: Mapping[str, str]) -> int:
    """Messages the platform has said yes to, by the rows."""
    engine = make_engine(environment["HESHAO__DATABASE__URL"])
    with engine.connect() as connection:
        found = connection.scalar(select(func.count()).where(Notification.delivery == Delivery.SENT)) or 0
    engine.dispose()
    return found


def measured(
    template: Template, engine_name: str, owing: int, sent: int, part: int | None
) -> tuple[str, str, str]:
    """Rows for both tables, and the query plan, on one engine.

    `part`: so many of the messages owed are drained to each platform; None: all of them to the stand-in.
    """
    picks, drains = [], []
    with (
        tempfile.TemporaryDirectory(dir=FOLDER) as folder,
        template.copy(engine_name) as environment,
        quick_platform.running() as quick,
        stand_in(Path(folder)) as standing,
    ):
        desk = app.Heshao(DISTRICT / "config.toml", environment).desk
        owed.lay_out(desk.engine)
        owed.owe(desk.engine, owing)
        for behind in (0, sent // 10, sent):
            if behind:
                owed.sent_before(desk.engine, behind)
                owed.owe(desk.engine, owing)
            best, middle, look = picking(desk)
            picks.append(
                f"| {engine_name} | {owing:,} | {behind:,} | {best:.1f} | {middle:.1f} | {look:.2f} |"
            )
            sys.stderr.write(f"{picks[-1]}\n")
        plan = plan_of(desk.engine)
        platforms = {"least possible": quick, "stand-in": standing} if part else {"stand-in": standing}
        for name, address in platforms.items():
            many, seconds, busy = drained(environment, address, (part or owing) // deliver.SENDERS)
            rate = many / seconds
            day = TEMPLATES_A_DAY / rate / 60
            drains.append(
                f"| {engine_name} | {name} | {many:,} | {seconds:.1f} | {rate:.0f} | {busy:.0%} | {day:.0f} |"
            )
            sys.stderr.write(f"{drains[-1]}\n")
        desk.engine.dispose()
    return "\n".join(picks), "\n".join(drains), f"{engine_name}:\n\n```\n{plan}\n```"


def told(rows: list[tuple[str, str, str]]) -> str:
    """The section of RESULTS.md."""
    picks, drains, plans = zip(*rows, strict=True)
    return "\n".join(
        [
            f"Picking the next {deliver.SENDERS} (lease, with everything a message needs, committed), "
            f"{PICKS} times; and asking whether anything is due, as the timetable does.",
            "",
            "| database | owed | sent behind | lease ms, best | median | anything due? ms |",
            "|---|---|---|---|---|---|",
            *picks,
            "",
            f"Draining, {deliver.SENDERS} calls under way at once, with all of the above still behind. The last "
            f"column: in how many minutes the {TEMPLATES_A_DAY:,} template messages that the platform allows a "
            "service account in a day would have left.",
            "",
            "| database | platform | sent | seconds | messages/s | worker's CPU | a day's allowance, min |",
            "|---|---|---|---|---|---|---|",
            *drains,
            "",
            "How the databases find the next messages, with everything behind:",
            "",
            "\n\n".join(plans),
        ]
    )


def main() -> None:
    """Measure, print, and write down unless --quick."""
    parser = argparse.ArgumentParser(prog="bench.notifications")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--owed", type=int)
    parser.add_argument("--sent", type=int)
    parser.add_argument("--part", type=int, help="how many of those owed are drained, to each platform")
    parser.add_argument("--whole", action="store_true", help="all of those owed are drained, to the stand-in")
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--drain", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.drain:
        drain(given.drain)
        return
    owing = given.owed or (10_000 if given.quick else 100_000)
    sent = given.sent or (20_000 if given.quick else 1_000_000)
    part = None if given.whole else given.part or (800 if given.quick else PART)
    template = Template()
    try:
        names = [name for name in given.engines.split(",") if name == "sqlite" or product.has_postgresql()]
        section = told([measured(template, name, owing, sent, part) for name in names])
    finally:
        template.remove()
    results.say("notifications", section, keep=not given.quick)


if __name__ == "__main__":
    main()
