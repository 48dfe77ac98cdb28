"""A short rehearsal with every trouble once: the same end as without, nobody told what is not so."""

from collections import Counter
from pathlib import Path

import pytest

from faults.__main__ import table, wished
from faults.comparison import Findings
from faults.doubled import KILLS, LOST, OTHERS
from faults.rehearsal import Outcome, Wish, rehearse
from faults.troubles import NEED_SERVERS, NEED_TIME, TROUBLES
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
