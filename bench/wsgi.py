"""The choice of the WSGI server: granian beside gunicorn's threads (gthread), under the same applications.

    python -m bench.wsgi [--quick] [--rounds 3] [--seconds 2] [--people 320]

One process, the product's own number of threads, keep-alive connections, in turn.
"""

import argparse
import statistics
import sys
from dataclasses import replace

from bench import generator, product, results
from bench.contestants import NAMES, served
from bench.load import Measured
from bench.servers import running

SERVERS = ("granian", "gunicorn")
APPLICATIONS = ("a", "b", "e-sqlite")
CONNECTIONS = (1, 16)


def measure(rounds: int, seconds: float, people: int) -> dict[tuple[str, str, int], list[Measured]]:
    """All rounds, by application, server and connections."""
    template = product.Template()
    found: dict[tuple[str, str, int], list[Measured]] = {}
    try:
        places = template.places()
        for number in range(rounds):
            for name in APPLICATIONS:
                for by in SERVERS if number % 2 == 0 else SERVERS[::-1]:
                    with (
                        served(template, name) as (what, _),
                        running(replace(what, by=by), []) as port,
                        generator.generator(
                            port, mix="step", people=people, echo=not name.startswith("e-"),
                            kinds=product.kinds(), places=places, cores=[],
                        ) as load,
                    ):  # fmt: skip
                        load.warm()
                        for connections in CONNECTIONS:
                            run = load.run(connections, seconds)
                            found.setdefault((name, by, connections), []).append(run)
                            sys.stderr.write(
                                f"round {number + 1} {name} {by} {connections}: {run.rate:.0f}/s {run.errors}\n"
                            )
    finally:
        template.remove()
    return found


def told(found: dict[tuple[str, str, int], list[Measured]]) -> str:
    """The section of RESULTS.md."""
    lines = [
        "One process, the same threads, keep-alive; messages of the mix “step”. p99 is the median of the rounds.",
        "",
        "| application | connections | granian, best | median | p99 ms | gunicorn, best | median | p99 ms "
        "| granian : gunicorn | errors |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in APPLICATIONS:
        for connections in CONNECTIONS:
            cells, middles, errors = [], [], 0
            for by in SERVERS:
                runs = found[name, by, connections]
                middles.append(statistics.median(run.rate for run in runs))
                errors += sum(sum(run.errors.values()) for run in runs)
                best = max(run.rate for run in runs)
                slow = statistics.median(run.p99 for run in runs)
                cells.append(f"{best:.0f} | {middles[-1]:.0f} | {slow:.1f}")
            ratio = middles[0] / middles[1]
            lines.append(f"| {NAMES[name]} | {connections} | {' | '.join(cells)} | {ratio:.1f} | {errors} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write down unless --quick."""
    parser = argparse.ArgumentParser(prog="bench.wsgi")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--people", type=int)
    given = parser.parse_args()
    rounds = given.rounds or (1 if given.quick else 3)
    seconds = given.seconds or (1 if given.quick else 2)
    section = told(measure(rounds, seconds, given.people or (160 if given.quick else 320)))
    results.say("wsgi", section, keep=not given.quick)


if __name__ == "__main__":
    main()
