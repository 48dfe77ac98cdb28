"""The official account's door under load: Heshao's whole step beside echoes that store less or nothing.

    python -m bench.webhook [--quick] [--only e-sqlite,c] [--connections 1,2,16] [--processes 1,2]
                            [--mixes step,reports] [--rounds 3] [--seconds 2] [--people 2000] [--pin]

All servers take turns, round by round, under the same granian with the product's own threads. First everybody says
hello to the product and begins a report; each start goes on from a copy of that. Then a closed loop with each number
of connections, then requests at 80 % of the peak just seen, on 64 connections, each timed from when it was due.
"""

import argparse
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from bench import generator as generators
from bench import product, results, talk
from bench.contestants import NAMES, engine_of, served
from bench.environments import FOLDER
from bench.load import Measured
from bench.servers import running
from config import load
from story.stage import DISTRICT

OPEN_CONNECTIONS = 64
SHARE = 0.8
AT_MOST = {"ours": 4_000, "echo": 15_000}
"""Messages made ready for a second of the closed loop."""
PACED = 0
"""In the place of a number of connections: at 80 % of the peak."""


@dataclass
class Plan:
    """What is measured, and how long."""

    only: list[str]
    connections: list[int]
    processes: list[int]
    mixes: list[str]
    rounds: int
    seconds: float
    people: int
    pin: bool
    kinds: list[str] = field(default_factory=product.kinds)
    places: list[tuple[float, float]] = field(default_factory=list)

    def cores(self, processes: int) -> tuple[list[int], list[int]]:
        """The server's and the generator's; a single process has one core and the generator the other."""
        if not self.pin:
            return [], []
        return ([0], [1]) if processes == 1 else ([0, 1], [1])


Found = dict[tuple[str, int, str, int], list[Measured]]
"""By mix, processes, server and connections (PACED for the open loop): one for each round."""


def measure(plan: Plan, template: product.Template) -> Found:
    """All rounds."""
    found: Found = defaultdict(list)
    for number in range(plan.rounds):
        for mix in plan.mixes:
            for processes in plan.processes:
                names = [name for name in plan.only if mix == "step" or name.startswith("e-")]
                for name in names[number % len(names) :] + names[: number % len(names)]:
                    for connections, measured in _start(plan, template, name, mix, processes):
                        found[mix, processes, name, connections].append(measured)
                        _tell(
                            f"round {number + 1} {mix} ×{processes} {name} {connections or 'paced'}", measured
                        )
    return found


def _start(
    plan: Plan, template: product.Template, name: str, mix: str, processes: int
) -> Iterator[tuple[int, Measured]]:
    cores, ours = plan.cores(processes), engine_of(name)
    if ours and (ours, mix) not in template.kept:
        _meet(plan, template, name, mix)
    with (
        served(template, name, mix) as (what, environment),
        running(what.on(processes), cores[0]) as port,
        _crowd(plan, mix, port, cores[1], echo=not ours) as load,
    ):
        if ours:
            load.met()
        else:
            load.warm()
        peak, last = 1.0, None
        for connections in plan.connections:
            last = load.run(connections, plan.seconds, AT_MOST["ours" if ours else "echo"])
            peak = max(peak, last.rate)
            yield connections, last
        last = load.run(OPEN_CONNECTIONS, plan.seconds, rate=SHARE * peak)
        yield PACED, last
        if ours:
            _check_rows(environment, last)


def _meet(plan: Plan, template: product.Template, name: str, mix: str) -> None:
    """Everybody says hello and begins a report; the database is kept for every start."""
    with served(template, name) as (what, _):
        with running(what, []) as port, _crowd(plan, mix, port, [], echo=False) as load:
            load.warm()
        template.keep(engine_of(name), mix)


def _crowd(
    plan: Plan, mix: str, port: int, cores: list[int], *, echo: bool
) -> AbstractContextManager[generators.Generator]:
    return generators.generator(
        port, mix=mix, people=plan.people, echo=echo, kinds=plan.kinds, places=plan.places, cores=cores
    )


def _check_rows(environment: Mapping[str, str], last: Measured) -> None:
    """Every right answer has its row, every ticket its report."""
    rows = product.counted(environment)
    if rows[0] < last.so_far[0] or rows[1] < last.so_far[1]:
        raise RuntimeError(f"answers and tickets given {last.so_far}, rows found {rows}")


def _tell(what: str, measured: Measured) -> None:
    faults = f" ERRORS {measured.errors} {measured.example}" if measured.errors else ""
    tickets = f" {measured.tickets / measured.seconds:.0f} reports/s" if measured.tickets else ""
    sys.stderr.write(
        f"{what}: {measured.rate:.0f}/s{tickets} p50 {measured.p50:.1f} p99 {measured.p99:.1f} "
        f"max {measured.worst:.0f} ms, generator {measured.busy:.0%}{faults}\n"
    )


def table(plan: Plan, found: Found, mix: str, processes: int) -> str:
    """One table in Markdown."""
    reports = mix == "reports"
    lines = [
        f"| server | connections | messages/s, best | median |{' reports/s, median |' if reports else ''}"
        " p50 ms | p99 ms, best | p99 ms, median | max ms | errors | generator |",
        "|---|---|---|---|---|---|---|---|---|---|" + ("---|" if reports else ""),
    ]
    for name in plan.only:
        for connections in [*plan.connections, PACED]:
            runs = found.get((mix, processes, name, connections))
            if runs:
                where = str(connections) if connections else f"at {SHARE:.0%} of its peak"
                lines.append(f"| {NAMES[name]} | {where} | {_cells(runs, reports)} |")
    return "\n".join(lines)


def _cells(runs: list[Measured], reports: bool) -> str:
    rates = [run.rate for run in runs]
    cells = [f"{max(rates):.0f}", f"{statistics.median(rates):.0f}"]
    if reports:
        cells.append(f"{statistics.median(run.tickets / run.seconds for run in runs):.0f}")
    cells += [
        f"{statistics.median(run.p50 for run in runs):.1f}",
        f"{min(run.p99 for run in runs):.1f}",
        f"{statistics.median(run.p99 for run in runs):.1f}",
        f"{max(run.worst for run in runs):.0f}",
        str(sum(sum(run.errors.values()) for run in runs)),
        f"{max(run.busy for run in runs):.0%}",
    ]
    return " | ".join(cells)


def told(plan: Plan, found: Found, most: float) -> str:
    """The section of RESULTS.md."""
    threads = load(DISTRICT / "config.toml", {}).server.threads
    pinned = (
        "server on core 0, generator on core 1 (two processes: both cores), databases free"
        if plan.pin
        else "the kernel places server, generator and database on the cores as it likes"
    )
    parts = [
        f"{plan.people} people, safe mode (安全模式), {plan.rounds} rounds of {plan.seconds:g} s, interleaved; "
        f"granian, {threads} blocking threads a process for the echoes, Heshao through its own door; {pinned}. The "
        f"generator by itself reaches {most:.0f}/s "
        "against a process that answers a constant; its share of one core is the last column. Every answer was "
        "decrypted and checked; rows were counted afterwards. Workers (`flask work`) do not run here."
    ]
    for mix, words in (("step", talk.STEP), ("reports", talk.REPORTS)):
        for processes in plan.processes:
            if mix in plan.mixes:
                many = "one process" if processes == 1 else f"{processes} processes"
                parts += [f"### {mix}, {many}\n\n{words}.", table(plan, found, mix, processes)]
    return "\n\n".join(parts)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.webhook")
    parser.add_argument("--quick", action="store_true", help="one short round, not written down")
    parser.add_argument("--only", default=",".join(NAMES), help=",".join(NAMES))
    parser.add_argument("--connections", default="")
    parser.add_argument("--processes", default="")
    parser.add_argument("--mixes", default="step,reports")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--people", type=int)
    parser.add_argument("--pin", action="store_true", help="one core for the server, one for the generator")
    return parser.parse_args()


def main() -> None:
    """Measure, print, and write down unless --quick or --only."""
    given = arguments()
    quick = given.quick
    plan = Plan(
        only=[name for name in given.only.split(",") if name != "e-postgresql" or product.has_postgresql()],
        connections=[int(n) for n in (given.connections or ("16" if quick else "1,2,16")).split(",")],
        processes=[int(n) for n in (given.processes or ("1" if quick else "1,2")).split(",")],
        mixes=given.mixes.split(","),
        rounds=given.rounds or (1 if quick else 3),
        seconds=given.seconds or 2,
        people=given.people or (320 if quick else 2000),
        pin=given.pin,
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    template = product.Template()
    try:
        plan.places = template.places()
        most = generators.ceiling(plan.seconds, plan.people, plan.cores(1))
        section = told(plan, measure(plan, template), most)
    finally:
        template.remove()
    results.say("webhook", section, keep=not quick and given.only == ",".join(NAMES))


if __name__ == "__main__":
    main()
