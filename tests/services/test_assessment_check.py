"""Verifying a month: recomputed out of the rows by the text it keeps, and every difference is named."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import config
from models.calendar import HolidayNotice, OfficialDay
from models.case import Case
from models.engine import make_engine
from models.registry import Reach, Town
from models.report import Source
from rules.months import Month
from services import assessment_check, assessments, cases, schema
from services.assessment_check import Checked
from services.desk import Desk, Work
from services.snapshot import copy_rows, opened, take_snapshot
from tests.assessed_month import BOOK, OCTOBER, SHEET, Year, a_year
from tests.conftest import Clock
from tests.month_life import MonthLife


@pytest.fixture
def year(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Year:
    year = a_year(make_desk, example, clock, tmp_path / "books")
    year.october()
    year.told()
    year.decides("周科员", year.appeals("王镇长", "天穆镇", row="2026-0001"), True, points="5")
    return year


def check(year: Year) -> Checked:
    return year.desk.look(lambda work: assessment_check.verify(work, assessments.called(work, OCTOBER)))


def tamper(year: Year, *statements: str) -> None:
    """Write into the rows past the triggers, as somebody with the database's password might."""
    year.desk.do(_tamper, statements)


def _tamper(work: Work, statements: tuple[str, ...]) -> None:
    if work.session.get_bind().dialect.name == "sqlite":
        for (name,) in work.session.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            work.session.execute(text(f"DROP TRIGGER {name}"))
    else:
        work.session.execute(text("SET LOCAL session_replication_role = replica"))
    for statement in statements:
        work.session.execute(text(statement))


class _Undone(Exception):
    """What was found, on the way out of a transaction that is undone."""

    def __init__(self, checked: Checked) -> None:
        self.checked = checked


def tried(year: Year, statement: str) -> Checked:
    """What verifying finds after this was written, which is undone."""
    with pytest.raises(_Undone) as undone:
        year.desk.do(_try, statement)
    return undone.value.checked


def _try(work: Work, statement: str) -> None:
    _tamper(work, (statement,))
    raise _Undone(assessment_check.verify(work, assessments.called(work, OCTOBER)))


def test_a_draft_and_a_frozen_month_are_proved_equal(year: Year) -> None:
    assert check(year).holds
    year.approves("郑科员")
    checked = check(year)
    assert checked.holds
    assert checked.digest_holds


def test_what_happened_later_changes_nothing(year: Year) -> None:
    year.approves("郑科员")
    year.at("2026-11-20 09:00")
    year.sheet(SHEET | {"北仓镇": "1"})
    year.life.opens()
    year.desk.do(_rename)
    assert check(year).holds


def test_another_length_of_a_reach_in_the_registry_changes_no_frozen_month(
    make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path
) -> None:
    year = a_year(make_desk, example, clock, tmp_path / "per kilometre")
    per_kilometre = BOOK.replace(
        '"rectified_on_time"\nfull = 1.0\nzero = 0', '"inspection_findings"\nfull = 0\nzero = 2'
    )
    (year.folder / "2026-01.toml").write_text(per_kilometre, "utf-8")
    year.at("2026-10-12 09:00")
    MonthLife(year.desk, year.clock, year.life.district).reported(handed_down=Source.INSPECTION)
    year.sheet(SHEET)
    year.told()
    year.approves("郑科员")
    assert year.line("天穆镇").items[0].losses
    year.desk.do(_lengthen)
    assert check(year).holds
    tamper(
        year, "UPDATE item_score SET denominator = 9 WHERE source = 'inspection_findings' AND numerator > 0"
    )
    assert any(str(change).startswith("天穆镇·按期整改 得分") for change in check(year).points)


def _lengthen(work: Work) -> None:
    for reach in work.session.query(Reach):
        reach.length_km = Decimal(7)


JANUARY = Month(2027, 1)


def test_days_off_that_are_announced_later_change_no_frozen_month(year: Year) -> None:
    """2027 is not announced yet: a case is so many Mondays to Fridays late when January ends."""
    year.at("2027-01-04 09:00")
    year.life.does("chief", cases.accept, year.life.opens())
    year.at("2027-02-01 09:00")
    year.does("", lambda work: assessments.tell(work, assessments.draft(work, JANUARY).assessment))
    year.at("2027-02-05 09:00")
    year.does("郑科员", lambda work: assessments.approve(work, assessments.called(work, JANUARY)))
    year.desk.do(_announced)
    year.at("2027-02-05 09:01")
    checked = year.desk.look(lambda work: assessment_check.verify(work, assessments.called(work, JANUARY)))
    assert checked.figures == ()
    assert checked.holds


def _announced(work: Work) -> None:
    """The notice of 2027, in which two days of January are off."""
    notice = HolidayNotice(year=2027, version=1, at=work.now, by="周科员", file="2027.json", digest="0" * 64)
    work.session.add(notice)
    work.session.flush()
    for day in (13, 14):
        work.session.add(OfficialDay(notice_id=notice.id, day=date(2027, 1, day), working=False, name="休息"))


def _rename(work: Work) -> None:
    for town in work.session.query(Town):
        town.name, town.kind = f"{town.name}新", "街道"
    for reach in work.session.query(Reach):
        reach.retired_on = work.today


POINTS = (
    ("UPDATE item_score SET points = 40 WHERE points = 36", "天穆镇·断面水质达标率 得分：40.00 → 36.00"),
    ("UPDATE town_score SET place = 1 WHERE town_name = '天穆镇'", "天穆镇 名次：1 → 4"),
    ("UPDATE town_score SET score = 99 WHERE town_name = '北仓镇'", "北仓镇 总分：99.00 → 80.00"),
    ("UPDATE town_score SET grade = '优秀' WHERE town_name = '天穆镇'", "天穆镇 等次：优秀 → 合格"),
    ("UPDATE appeal SET returned = 30", "天穆镇 总分：71.00 → 96.00"),
    ("UPDATE item_score SET numerator = 10 WHERE numerator = 9", "天穆镇·断面水质达标率 得分：36.00 → 40.00"),
)
"""What is written over, and how the points are named that do not follow from the figures any more."""
FIGURES = (
    (
        "UPDATE item_score SET numerator = 10 WHERE numerator = 9",
        "天穆镇·断面水质达标率 指标值：10/10 → 9/10",
    ),
    ("UPDATE item_score SET points = 40 WHERE points = 36", "天穆镇·断面水质达标率 得分：40.00 → 36.00"),
    ("UPDATE points_lost SET sentence = '扣 30.00 分：另一件'", "天穆镇·按期整改 扣分依据"),
    ("DELETE FROM points_lost WHERE item = 'on_time' AND points > 0", "天穆镇·按期整改 扣分依据"),
    ("UPDATE points_lost SET key = 'case:2026-0002' WHERE points > 0", "天穆镇·按期整改 扣分依据"),
    ("UPDATE town_score SET \"group\" = '另一组' WHERE town_name = '天穆镇'", "天穆镇 分组：另一组 → 无"),
)
"""And how what does not follow from the rows any more is."""


def test_whatever_was_written_over_is_named_with_what_it_says_and_should_say(year: Year) -> None:
    year.approves("郑科员")
    for statement, named in POINTS:
        checked = tried(year, statement)
        assert not checked.digest_holds
        assert named in [str(change) for change in checked.points], statement
    for statement, named in FIGURES:
        checked = tried(year, statement)
        assert not checked.digest_holds
        assert any(str(change).startswith(named) for change in checked.figures), statement
    text_of_rules = (
        "UPDATE monthly_assessment SET rulebook_text = replace(rulebook_text, 'from = 60', 'from = 65')"
    )
    assert not tried(year, text_of_rules).digest_holds
    assert check(year).holds


def test_a_source_row_that_was_rewritten_changes_exactly_what_depends_on_it(year: Year) -> None:
    year.approves("郑科员")
    tamper(year, "UPDATE figure_entry SET numerator = 7 WHERE numerator = 8")
    checked = check(year)
    assert checked.digest_holds
    assert checked.points == ()
    assert [str(change) for change in checked.figures] == [
        "天穆镇 名次：4 → 3", "北仓镇 总分：80.00 → 70.00", "北仓镇 名次：3 → 4",
        "北仓镇·断面水质达标率 指标值：8/10 → 7/10", "北仓镇·断面水质达标率 得分：80.00 → 70.00",
        "北仓镇·断面水质达标率 扣分依据：扣 20.00 分：断面达标率 8/10（依据：监测月报） → "
        "扣 30.00 分：断面达标率 7/10（依据：监测月报）",
    ]  # fmt: skip


def test_a_case_is_only_looked_at(year: Year) -> None:
    with year.desk.reading() as work:
        before = [(case.version, case.state) for case in work.session.query(Case).order_by(Case.id)]
    check(year)
    with year.desk.reading() as work:
        assert [(case.version, case.state) for case in work.session.query(Case).order_by(Case.id)] == before


def test_a_frozen_month_is_carried_by_a_backup_and_proved_in_the_other_engine(
    year: Year, engine: Engine, tmp_path: Path, empty_postgresql: str
) -> None:
    year.approves("郑科员")
    take_snapshot(engine, tmp_path / "snapshot.db")
    other = make_engine(empty_postgresql)
    with opened(tmp_path / "snapshot.db") as source, other.begin() as target:
        schema.upgrade_within(target)
        copy_rows(source, target)
    there = Desk(other, year.clock, year.desk.rulebook, year.desk.random, print, year.desk.links)
    checked = there.look(lambda work: assessment_check.verify(work, assessments.called(work, OCTOBER)))
    assert checked.holds
    assert checked.assessment.digest == year.row().digest
    other.dispose()
