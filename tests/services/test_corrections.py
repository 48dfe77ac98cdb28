"""Corrections: a new, numbered revision with its reason; what was frozen stays, and is superseded only when approved."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

import config
from models.assessment import AssessmentState, MonthlyAssessment
from models.notification import Notification
from models.registry import Town
from rules.refusal import Refusal
from services import assessment_check, assessments, corrections
from services.assessment_check import Checked
from services.assessment_rows import table_of
from services.corrections import GivenBack
from services.desk import Desk, Work
from tests.assessed_month import OCTOBER, SHEET, Year, a_year
from tests.conftest import Clock


@pytest.fixture
def year(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Year:
    year = a_year(make_desk, example, clock, tmp_path / "books")
    year.frozen()
    year.at("2026-11-12 09:00")
    return year


def given(year: Year, town: str, item: str, points: str) -> GivenBack:
    with year.desk.reading() as work:
        unit = work.session.get_one(Town, year.life.district.towns[town])
    return GivenBack(unit, item, Decimal(points))


def states(year: Year) -> list[AssessmentState]:
    return [year.desk.look(_revision, number).state for number in (1, 2)]


def _revision(work: Work, number: int) -> MonthlyAssessment:
    return assessments.revision(work, OCTOBER, number)


def test_a_correction_is_a_new_revision_that_goes_the_same_way(year: Year) -> None:
    first = year.table()
    year.sheet(SHEET | {"北仓镇": "10"})
    made = year.corrects("周科员", "北仓镇断面数据报送有误")
    assert made.assessment.revision == 2
    assert "北仓镇 总分：80.00 → 100.00" in [str(change) for change in made.changes]
    assert states(year) == [AssessmentState.FROZEN, AssessmentState.DRAFT]
    year.does("", lambda work: assessments.tell(work, assessments.called(work, OCTOBER)))
    with pytest.raises(Refusal, match="过了申诉期才能批准"):
        year.approves("郑科员", "2026-11-13 09:00")
    with pytest.raises(Refusal, match="请由河长办另一位同志批准"):
        year.approves("周科员", "2026-11-18 09:00")
    year.approves("郑科员", "2026-11-18 09:00")
    assert states(year) == [AssessmentState.SUPERSEDED, AssessmentState.FROZEN]
    table = year.table()
    assert (table.revision, table.corrected_because) == (2, "北仓镇断面数据报送有误")
    assert table.heading == "2026年10月河湖长制考核排名（第1次更正）"
    assert year.line("北仓镇").score == Decimal(100)
    assert year.desk.look(lambda work: table_of(work, _revision(work, 1))) == first
    for number in (1, 2):
        assert year.desk.look(_check, number).holds


def _check(work: Work, number: int) -> Checked:
    return assessment_check.verify(work, _revision(work, number))


def test_points_are_given_back_on_the_offices_own_motion(year: Year) -> None:
    made = year.corrects("周科员", "该案件逾期系系统故障", given(year, "天穆镇", "按期整改", "30"))
    assert "天穆镇 总分：66.00 → 96.00" in [str(change) for change in made.changes]
    assert (
        year.line("天穆镇").items[0].losses[-1].sentence
        == "返还 30.00 分：河长办主动更正：该案件逾期系系统故障"
    )


def test_points_of_an_earlier_appeal_are_kept_in_a_correction(year: Year) -> None:
    year.corrects("周科员", "一", given(year, "天穆镇", "按期整改", "10"))
    year.does("", lambda work: assessments.tell(work, assessments.called(work, OCTOBER)))
    year.approves("郑科员", "2026-11-18 09:00")
    year.corrects("周科员", "二", given(year, "天穆镇", "断面水质达标率", "4"))
    assert year.line("天穆镇").score == Decimal("80.00")


def test_a_correction_out_of_turn_is_refused(year: Year) -> None:
    for name, reason, why in (
        ("", "有误", "更正要写明是谁"),
        ("王镇长", "有误", "只有河长办"),
        ("周科员", " ", "请写明更正的理由"),
        ("周科员", "有误", "重新计算的结果与第1版完全相同，没有可更正的"),
    ):
        with pytest.raises(Refusal, match=why):
            year.corrects(name, reason)
    with pytest.raises(Refusal, match="2026年9月还没有考核"):
        year.does("周科员", corrections.correct, OCTOBER.previous, "有误")
    assert year.row().revision == 1


def test_one_correction_at_a_time(year: Year) -> None:
    year.sheet(SHEET | {"北仓镇": "10"})
    year.corrects("周科员")
    with pytest.raises(Refusal, match="还有没批准的草稿（第2版）"):
        year.corrects("周科员")


def test_more_than_was_lost_is_not_given_back(year: Year) -> None:
    with pytest.raises(Refusal, match=r"不超过天穆镇“按期整改”扣的 30\.00 分"):
        year.corrects("周科员", "有误", given(year, "天穆镇", "按期整改", "30.01"))
    with pytest.raises(Refusal, match="最多写 2 位小数"):
        year.corrects("周科员", "有误", given(year, "天穆镇", "按期整改", "0.001"))


def test_a_correction_nobody_approved_is_given_up_and_counts_for_nothing(year: Year) -> None:
    before = year.table()
    year.corrects("周科员", "误操作", given(year, "天穆镇", "按期整改", "30"))
    year.does("", lambda work: assessments.tell(work, assessments.called(work, OCTOBER)))
    year.appeals("王镇长", "天穆镇", "断面水质达标率")
    for name, reason, why in (
        ("", "看错了", "撤销更正要写明是谁"), ("王镇长", "看错了", "只有河长办"), ("周科员", " ", "请写明为什么撤销"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=why):
            year.does(name, corrections.drop, OCTOBER, reason)
    gone = year.does("周科员", corrections.drop, OCTOBER, "看错了案件")
    assert year.table() == before
    assert year.desk.look(_check, 1).holds
    with year.desk.reading() as work:
        kept = work.session.get_one(MonthlyAssessment, gone.id)
        said = (kept.state, kept.revision, kept.reason, kept.dropped_by, kept.dropped_because)
        assert said == (AssessmentState.DROPPED, -gone.id, "误操作", "周科员", "看错了案件")
        assert next(line for line in table_of(work, kept).lines if line.name == "天穆镇").score == Decimal(96)
        told = select(Notification.sentence).where(Notification.sentence.like("%dropped"))
        assert sorted(work.session.scalars(told)) == ["office_month_dropped", *["town_month_dropped"] * 4]
    with pytest.raises(Refusal, match="考核这次更正已经撤销，不能再答复申诉"):
        year.decides("郑科员", 2, False)
    with pytest.raises(Refusal, match="没有还没批准的更正"):
        year.does("周科员", corrections.drop, OCTOBER, "再撤")
    year.corrects("周科员", "北仓镇", given(year, "北仓镇", "断面水质达标率", "20"))
    assert (year.table().revision, year.line("天穆镇").score) == (2, Decimal("66.00"))
    year.does("", lambda work: assessments.tell(work, assessments.called(work, OCTOBER)))
    year.approves("郑科员", "2026-11-18 09:00")
    assert [year.desk.look(_check, number).holds for number in (1, 2)] == [True, True]


def test_what_was_given_up_is_not_rewritten(year: Year, engine: Engine) -> None:
    year.corrects("周科员", "误操作", given(year, "天穆镇", "按期整改", "30"))
    year.does("周科员", corrections.drop, OCTOBER, "看错了")
    for deed in (
        "UPDATE monthly_assessment SET dropped_because = '别的' WHERE state = 'dropped'",
        "UPDATE monthly_assessment SET state = 'draft' WHERE state = 'dropped'",
        "DELETE FROM town_score WHERE assessment_id = 2",
    ):
        with pytest.raises(DBAPIError, match="cannot be rewritten"), engine.begin() as connection:
            connection.execute(text(deed))


def test_the_first_draft_of_a_month_is_no_correction(
    make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path
) -> None:
    year = a_year(make_desk, example, clock, tmp_path / "books")
    year.october()
    year.told()
    with pytest.raises(Refusal, match="还是第一次考核，不是更正，不能撤销"):
        year.does("周科员", corrections.drop, OCTOBER, "看错了")
