"""A month's problems: counted once at its approval, and proved by counting again as of then."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

import config
from models.case import Case
from models.problem_count import Counted, ProblemCount
from models.registry import Town
from rules.deadlines import Severity
from rules.kinds import Kind
from services import assessment_check, assessments, cases
from services.assessment_check import Checked
from services.assessment_digest import digest_of
from services.desk import Desk, Work
from services.problems import Problems, problems
from tests.assessed_month import OCTOBER, Year, a_year
from tests.conftest import Clock
from tests.services.test_assessment_check import tamper

SEWAGE = Kind("污水直排", Severity.ORDINARY, ())


@pytest.fixture
def year(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Year:
    """October with two cases done and two open, one of them late; approved on 6 November."""
    year = a_year(make_desk, example, clock, tmp_path / "books")
    year.october()
    year.at("2026-10-30 09:00")
    for town in ("天穆镇", "北仓镇"):
        year.life.opens(town=town)
    year.told()
    year.approves("郑科员")
    return year


def found(year: Year) -> Problems:
    return year.desk.look(problems, year.table())


def check(year: Year) -> Checked:
    return year.desk.look(lambda work: assessment_check.verify(work, assessments.called(work, OCTOBER)))


def test_what_becomes_of_the_cases_later_changes_nothing_of_a_frozen_month(year: Year) -> None:
    before = found(year)
    assert before.by_kind == (("岸线垃圾", 4),)
    assert before.by_town == (("天穆镇", 3), ("北仓镇", 1))
    assert dict(before.late) == {"天穆镇": 1, "北仓镇": 1}
    year.at("2026-11-09 09:00")
    year.life.does("clerk", cases.change_kind, 3, SEWAGE)
    year.life.does("clerk", cases.transfer, 3, year.desk.look(_town, "双街镇"))
    year.life.does("clerk", cases.decline, 4, "不属于河湖问题")
    year.desk.do(_rename)
    assert found(year) == before
    checked = check(year)
    assert checked.holds
    assert checked.problems_are_kept


def _town(work: Work, name: str) -> Town:
    return work.session.scalars(select(Town).where(Town.name == name)).one()


def _rename(work: Work) -> None:
    for town in work.session.query(Town):
        town.name = f"{town.name}新"


def test_a_case_that_was_rewritten_is_named(year: Year) -> None:
    year.desk.do(_rewrite)
    assert [str(change) for change in check(year).problems] == [
        "类别 岸线垃圾：4 件 → 3 件", "类别 污水直排：0 件 → 1 件",
    ]  # fmt: skip
    assert not check(year).holds


def _rewrite(work: Work) -> None:
    work.session.get_one(Case, 4).kind = SEWAGE.name


@pytest.mark.parametrize("rewriting", ["UPDATE problem_count SET cases = 1", "DELETE FROM problem_count"])
def test_the_database_keeps_them(year: Year, engine: Engine, rewriting: str) -> None:
    with pytest.raises(DBAPIError, match="cannot be rewritten"), engine.begin() as connection:
        connection.execute(text(rewriting))


def test_one_that_is_added_is_shown_by_the_digest(year: Year) -> None:
    year.desk.do(_add)
    assert not check(year).digest_holds


def _add(work: Work) -> None:
    row = assessments.called(work, OCTOBER)
    work.session.add(
        ProblemCount(assessment_id=row.id, counted=Counted.LATE, position=9, name="双街镇", cases=7)
    )


def test_a_correction_counts_for_itself(year: Year) -> None:
    year.at("2026-11-12 09:00")
    year.life.does("clerk", cases.decline, 4, "不属于河湖问题")
    year.sheet({"天穆镇": "10", "北仓镇": "10", "双街镇": "10", "小淀镇": "10"})
    year.corrects("周科员")
    year.does("", lambda work: assessments.tell(work, assessments.called(work, OCTOBER)))
    year.approves("郑科员", "2026-11-18 09:00")
    assert dict(found(year).by_town) == {"天穆镇": 3}
    assert year.desk.look(_first).total == 4
    assert check(year).holds


def _first(work: Work) -> Problems:
    return problems(work, assessments.table_of(work, assessments.revision(work, OCTOBER, 1)))


def test_a_month_frozen_before_they_were_kept_still_verifies_and_is_counted_now(year: Year) -> None:
    tamper(year, "DELETE FROM problem_count")
    digest = year.desk.look(_digest)
    tamper(year, f"UPDATE monthly_assessment SET digest = '{digest}'")  # noqa: S608 - a hexadecimal number
    checked = check(year)
    assert checked.holds
    assert not checked.problems_are_kept
    assert found(year).counted_at is None
    assert found(year).total == 4


def _digest(work: Work) -> str:
    """As an earlier version took it: over all there is, without the counts."""
    return digest_of(work, assessments.called(work, OCTOBER))
