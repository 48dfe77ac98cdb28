"""Verifying a month: recomputed out of the rows by the text it keeps, and every difference is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import config
from models.case import Case
from models.engine import make_engine
from models.registry import Reach, Town
from services import assessment_check, assessments, schema
from services.assessment_check import Checked
from services.desk import Desk, Work
from services.snapshot import copy_rows, opened, take_snapshot
from tests.assessed_month import OCTOBER, SHEET, Year, a_year
from tests.conftest import Clock


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
