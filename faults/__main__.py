"""`python -m faults`: rehearse faults from a seed, print what was done and what differs; 1 when something does."""

import argparse
import secrets
import signal
import sys
import tempfile
from pathlib import Path

from faults.doubled import KILLS, LOST, OTHERS
from faults.rehearsal import Outcome, Wish, rehearse
from faults.troubles import TROUBLES


def wished(words: list[str] | None = None) -> Wish:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m faults", description="故障演练")
    parser.add_argument("--seed", type=int, default=None, help="same seed, same plan (default: a new one)")
    parser.add_argument("--reports", type=int, default=300)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--photos", choices=["folder", "s3"], default="folder")
    parser.add_argument("--troubles", type=int, default=60, help="how many in all")
    parser.add_argument("--only", default="", help=f"comma-separated: {', '.join(TROUBLES)}")
    given = parser.parse_args(words)
    only = tuple(filter(None, (name.strip() for name in given.only.split(","))))
    if unknown := set(only) - set(TROUBLES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return Wish(
        seed=secrets.randbelow(10**6) if given.seed is None else given.seed,
        reports=given.reports, people=given.people, engine=given.engine, photos=given.photos, only=only,
        troubles=given.troubles,
    )  # fmt: skip


def main() -> int:
    """Rehearse; 0 when nothing differs."""
    wish = wished()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started ends, too
    print(
        f"seed {wish.seed}: {wish.reports} reports of {wish.people} people on {wish.engine}, photos: {wish.photos}",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="heshao-faults-", ignore_cleanup_errors=True) as folder:
        outcome = rehearse(wish, Path(folder), lambda line: print(line, flush=True))
    print("\n" + table(outcome))
    return 1 if outcome.findings.differences else 0


def table(outcome: Outcome) -> str:
    """What was done and what came of it."""
    findings, tally = outcome.findings, outcome.tally
    rows = [
        ("seed", outcome.wish.seed),
        ("engine", outcome.wish.engine),
        ("photos", outcome.wish.photos),
        ("reports / cases", f"{outcome.wish.reports} / {outcome.cases}"),
        ("simulated days", f"{outcome.days:.1f}"),
        *((f"⚡ {name}", many) for name, many in sorted(outcome.struck.items())),
        ("disk", outcome.disk),
        ("pushes given up by the platform", tally.unanswered),
        ("told “not stored”", tally.busy),
        ("messages owed / received", f"{outcome.messages} / {outcome.received}"),
        ("overtaken before they could leave", findings.overtaken),
        *(
            (f"doubled by {what} / bound", f"{findings.charged[what]} / {findings.bounds[what]}")
            for what in (KILLS, OTHERS, LOST)
        ),
        *((f"also owed: {sentence}", many) for sentence, many in sorted(findings.extra.items())),
        ("differences", len(findings.differences)),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {value}" for name, value in rows]
    lines += [f"  ≠ {difference}" for difference in findings.differences]
    if findings.differences:
        lines.append(
            f"again with: python -m faults --seed {outcome.wish.seed} --engine {outcome.wish.engine}"
            f" --photos {outcome.wish.photos}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
