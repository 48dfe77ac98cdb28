"""Whatever is tried with a month and in whatever order: what stands verifies, and what was frozen never changes."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

import config
from models.assessment import Appeal, AssessmentState, MonthlyAssessment
from rules.refusal import Refusal
from scheduler.assess import assess
from services import assessment_check, assessments, corrections
from services.assessment_digest import digest_of
from services.desk import Desk, Work
from tests.assessed_month import OCTOBER, SHEET, Year, a_year
from tests.conftest import Clock

CLERKS = ("周科员", "郑科员", "")
TOWNS = {"王镇长": "天穆镇", "赵联络员": "天穆镇", "李镇长": "北仓镇", "吴镇长": "小淀镇"}
STEPS = 40


def step(year: Year, chance: Random) -> None:
    """Something somebody might try, a second after the last; most of it is refused."""
    year.clock.forward(seconds=1)
    match chance.randrange(8):
        case 0:
            year.drafted(chance.choice(CLERKS))
        case 1:
            name = chance.choice(list(TOWNS))
            year.appeals(
                name, chance.choice([TOWNS[name], "双街镇"]), chance.choice(["on_time", "sections", "没有"])
            )
        case 2 | 3:
            number, points = chance.randrange(1, 6), chance.choice(["", "1", "0.37", "50"])
            year.decides(chance.choice(CLERKS), number, chance.random() < 0.6, points=points)
        case 4:
            year.does(chance.choice(CLERKS), _approve)
        case 5:
            year.sheet({town: str(chance.randrange(11)) for town in SHEET})
        case 6:
            year.corrects(chance.choice(CLERKS))
            if chance.random() < 0.4:
                year.does(chance.choice(CLERKS), corrections.drop, OCTOBER, "看错了")
        case 7:
            year.clock.forward(hours=chance.choice([1, 30, 80]))
            assess(year.desk)


def _approve(work: Work) -> None:
    assessments.approve(work, assessments.called(work, OCTOBER))


def _frozen(work: Work) -> dict[int, tuple[str, str]]:
    """By revision what was frozen says of itself, and its digest taken anew."""
    rows = work.session.scalars(
        select(MonthlyAssessment).where(MonthlyAssessment.state != AssessmentState.DRAFT)
    )
    return {row.revision: (row.digest, digest_of(work, row)) for row in rows}


def _all_hold(work: Work) -> bool:
    there = select(MonthlyAssessment).where(MonthlyAssessment.state != AssessmentState.DROPPED)
    rows = work.session.scalars(there).all()
    return all(assessment_check.verify(work, row).holds for row in rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_tried_what_stands_verifies_and_what_was_frozen_stays(
    make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path, seed: int
) -> None:
    year, chance = a_year(make_desk, example, clock, tmp_path / "books"), Random(seed)
    year.october()
    year.at("2026-11-01 06:00")
    before: dict[int, tuple[str, str]] = {}
    done, sentences = 0, list[str]()
    for _ in range(STEPS):
        try:
            step(year, chance)
            done += 1
        except Refusal as why:
            sentences.append(str(why))
        now = year.desk.look(_frozen)
        assert {revision: now[revision] for revision in before} == before
        assert all(said == anew for said, anew in now.values())
        before = now
    assert year.desk.look(_all_hold)
    assert min(done, len(sentences)) > STEPS // 8
    assert all(sentences)
    with year.desk.reading() as work:
        rows = work.session.scalars(select(MonthlyAssessment)).all()
        assert sum(row.state is AssessmentState.FROZEN for row in rows) <= 1
        for row in rows:
            assert row.approved_by_id is None or row.approved_by_id != row.drafted_by_id
        assert all(row.decision for row in work.session.scalars(select(Appeal)) if row.decided_at)
