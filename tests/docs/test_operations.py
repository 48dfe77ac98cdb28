"""docs/operations.md holds every event, figure and key that the code has, and no other."""

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.measures import JobMeasure, Measures
from tests.conftest import MONDAY_MORNING
from web.figures import figures, reachable
from web.reply_times import ReplyTimes

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8")
FOLDERS = ("bot", "services", "scheduler", "web", "commands", "handlers")
JOB = JobMeasure("tidy", MONDAY_MORNING, 1, 1, 1, 1, 1)
FULL = Measures(1, 1, 1, 1, 1, 1, 1, 1, True, [JOB])


def names_in_code() -> set[str]:
    code = "".join(path.read_text("utf-8") for folder in FOLDERS for path in (ROOT / folder).glob("*.py"))
    return set(re.findall(r'"event": "([a-z_.]+)"', code))


def test_every_event_is_explained_and_every_explained_one_exists() -> None:
    table = TEXT.partition("| event |")[2]
    explained = {
        name
        for row in table.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([a-z_.]+)`", row.split("|")[1])
    }
    assert explained - {"app"} == names_in_code()


def test_every_figure_is_explained_and_every_explained_one_exists() -> None:
    counted = CollectorRegistry()
    ReplyTimes(lambda environ, start: [], counted)
    told = {family.name for family in (reachable(True), *figures(FULL))}
    told |= {
        f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in counted.collect()
    }
    assert set(re.findall(r"^\| `(heshao_[a-z_]+)", TEXT, re.MULTILINE)) == told


@pytest.mark.parametrize("name", sorted(set(re.findall(r"heshao_[a-z_]+", TEXT))))
def test_alarms_speak_of_figures_that_exist(name: str) -> None:
    base = name.removesuffix("_bucket")
    assert f"| `{base}" in TEXT
