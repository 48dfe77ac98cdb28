"""`flask jobs`: what is printed, and what runs by hand at which time."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

import commands.jobs
from scheduler.logbook import Logbook
from scheduler.timetable import times
from services.desk import Desk
from tests.conftest import Clock

THEN = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)


@dataclass
class Installed:
    """An installation with three jobs that say at what time they ran."""

    desk: Desk
    logbook: Logbook
    at: datetime | None = None
    ran: list[tuple[str, datetime | None]] = field(default_factory=list)

    def jobs(self) -> dict[str, Callable[[], int | None]]:
        return {"deliver": lambda: self._note("deliver", 3), "drafts": lambda: self._note("drafts", 2),
                "tidy": lambda: 1 // 0}  # fmt: skip

    def _note(self, name: str, rows: int) -> int:
        self.ran.append((name, self.at))
        return rows

    def as_if(self, moment: datetime) -> "Installed":
        return Installed(self.desk, self.logbook, moment, self.ran)

    def log_to_stderr(self) -> None:
        """Not here."""


@pytest.fixture
def installed(desk: Desk) -> Installed:
    return Installed(desk, Logbook(desk, times()))


@pytest.fixture
def run(installed: Installed) -> Callable[..., Result]:
    app = Flask(__name__)
    app.extensions["heshao"] = installed
    app.cli.add_command(commands.jobs.jobs)
    return lambda *words: app.test_cli_runner().invoke(args=["jobs", *words])


Run = Callable[..., Result]


def test_every_job_is_listed_also_one_that_never_ran(run: Run, clock: Clock) -> None:
    assert run("run", "drafts").exit_code == 0
    clock.forward(minutes=5)
    rows: list[dict[str, Any]] = json.loads(run("list", "--json").stdout)
    assert [row["name"] for row in rows] == ["deliver", "drafts", "tidy"]
    assert rows[1] == {
        "name": "drafts", "started_at": "2026-11-23T09:00:00+08:00", "ended_at": "2026-11-23T09:00:00+08:00",
        "rows": 2, "errors": 0, "lag_seconds": 240.0, "next_at": "2026-11-23T09:01:00+08:00", "error": "",
        "as_if": None,
    }  # fmt: skip
    assert rows[2]["started_at"] is None
    assert "上次开始" in run("list").stdout


def test_a_job_runs_as_if_it_were_then_and_what_is_owed_by_then_is_delivered(
    run: Run, installed: Installed
) -> None:
    result = run("run", "drafts", "--at", "2026-12-10T09:00", "--json")
    assert result.exit_code == 0
    assert installed.ran == [("drafts", THEN), ("deliver", THEN)]
    assert json.loads(result.stdout) == {
        "name": "drafts", "as_if": "2026-12-10T09:00:00+08:00", "rows": 2, "errors": 0, "error": "",
        "delivered": 3,
    }  # fmt: skip


def test_without_a_time_it_runs_now(run: Run, installed: Installed) -> None:
    assert "drafts：办理 2 件" in run("run", "drafts").stdout
    assert installed.ran == [("drafts", None), ("deliver", None)]


def test_deliver_is_not_run_twice(run: Run, installed: Installed) -> None:
    assert run("run", "deliver").exit_code == 0
    assert installed.ran == [("deliver", None)]


def test_a_job_that_fails_is_told_delivery_goes_on_and_the_exit_code_is_one(
    run: Run, installed: Installed
) -> None:
    result = run("run", "tidy")
    assert result.exit_code == 1
    assert "出错 1（ZeroDivisionError）" in result.stdout
    assert installed.ran == [("deliver", None)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "remnid"), "没有“remnid”这个任务"),
        (("run", "tidy", "--at", "tomorrow"), "--at"),
        (("run", "drafts", "--dry-run"), "--dry-run"),
        (("run", "tidy", "--at", "0001-01-01T00:00"), "2000"),
    ],
)
def test_wrong_usage_is_said_and_nothing_is_run(
    run: Run, installed: Installed, words: tuple[str, ...], said: str
) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.output
    assert installed.ran == []
