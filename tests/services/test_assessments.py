"""The way of a month: drafted, told, approved by a second person, frozen; every step out of turn is refused."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

import config
from models.assessment import AssessmentState, MonthlyAssessment
from models.figure_sheet import FigureEntry, newest_sheet
from models.notification import Notice, Notification
from models.person import Appointment, Person
from models.publication import Publication, PublicationState
from models.registry import Town
from rules.months import Month
from rules.refusal import Refusal
from rules.roles import Role
from services import assessment_check, assessments, people, ranking_news
from services.assessment_digest import FROZEN
from services.desk import Desk, Work
from services.published_months import published
from tests.assessed_month import BOOK, OCTOBER, SHEET, Year, a_year
from tests.conftest import Clock
from tests.town_life import china


@pytest.fixture
def year(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Year:
    return a_year(make_desk, example, clock, tmp_path / "books")


def owed(year: Year, *sentences: str) -> list[str]:
    """To whom which sentence was owed: “王镇长:town_month_draft”."""
    with year.desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [
            f"{row.person.name}:{row.sentence}" for row in rows if row.person and row.sentence in sentences
        ]


def test_a_month_is_drafted_told_approved_and_frozen(year: Year) -> None:
    year.october()
    year.told()
    assert [(line.name, line.score, line.place) for line in year.table().lines] == [
        ("双街镇", Decimal("100.00"), 1), ("小淀镇", Decimal("100.00"), 1), ("北仓镇", Decimal("80.00"), 3),
        ("天穆镇", Decimal("66.00"), 4),
    ]  # fmt: skip
    (late, water) = year.line("天穆镇").items
    assert (late.points, late.figure) == (Decimal(30), "1/2")
    assert [loss.sentence for loss in late.losses] == ["扣 30.00 分：案件 2026-0001 逾期 7 个工作日"]
    assert (water.points, water.figure) == (Decimal(36), "9/10")
    year.approves("周科员")
    row = year.row()
    assert (row.state, row.approved_by, row.drafted_by) == (AssessmentState.FROZEN, "周科员", "系统")
    assert (len(row.digest), row.rulebook, row.rulebook_text) == (64, "测试考核办法（自2026年1月起）", BOOK)
    assert year.table().digest == row.digest


def test_each_town_is_told_its_own_points_and_all_totals_and_the_office_the_whole(year: Year) -> None:
    year.october()
    year.told()
    assert year.row().appeal_until == china("2026-11-06 00:00")
    assert owed(year, "town_month_draft", "office_month_draft") == [
        "吴镇长:town_month_draft", "李镇长:town_month_draft", "王镇长:town_month_draft",
        "赵联络员:town_month_draft", "周科员:office_month_draft", "郑科员:office_month_draft",
    ]  # fmt: skip
    with year.desk.reading() as work:
        rows = {
            row.person.name: row.says
            for row in work.session.scalars(
                select(Notification).where(Notification.notice == Notice.ASSESSMENT)
            )
            if row.person
        }
    assert rows["王镇长"]["result"] == "66.00分，第4名"
    assert [words for _, words in rows["王镇长"]["lost"]] == [
        "扣 30.00 分：案件 2026-0001 逾期 7 个工作日", "扣 4.00 分：断面达标率 9/10（依据：监测月报）",
    ]  # fmt: skip
    assert [name for _, _, name, _ in rows["李镇长"]["totals"]] == ["双街镇", "小淀镇", "北仓镇", "天穆镇"]
    assert rows["周科员"]["unread"] == "双街镇"


def test_a_month_that_is_not_over_is_not_drafted(year: Year) -> None:
    year.at("2026-10-31 23:59")
    with pytest.raises(Refusal, match="2026年10月还没有结束，11月1日起才能起草考核"):
        year.drafted()


def test_a_month_without_a_rulebook_is_not_drafted(year: Year) -> None:
    year.at("2026-11-02 09:00")
    with pytest.raises(Refusal, match="2025年12月没有可用的考核办法"):
        year.does("", assessments.draft, Month(2025, 12))
    (year.folder / "2026-01.toml").unlink()
    with pytest.raises(Refusal, match=r"没有 \.toml 文件"):
        year.drafted()


def test_nobody_but_the_office_drafts_or_approves(year: Year) -> None:
    year.october()
    year.told()
    for step in (lambda: year.drafted("王镇长"), lambda: year.approves("王镇长")):
        with pytest.raises(Refusal, match="只有河长办可以这样做"):
            step()


def test_drafted_twice_it_is_the_same_draft_and_says_what_changed(year: Year) -> None:
    year.october()
    year.at("2026-11-01 06:00")
    assert year.drafted().is_new
    again = year.drafted()
    assert (again.is_new, again.changes) == (False, ())
    year.at("2026-11-01 07:00")
    year.sheet(SHEET | {"北仓镇": "9"})
    changed = year.drafted("周科员")
    assert [str(change) for change in changed.changes] == [
        "北仓镇 总分：80.00 → 90.00", "北仓镇 等次：合格 → 优秀", "北仓镇·断面水质达标率 指标值：8/10 → 9/10",
        "北仓镇·断面水质达标率 得分：80.00 → 90.00",
        "北仓镇·断面水质达标率 扣分依据：扣 20.00 分：断面达标率 8/10（依据：监测月报） → "
        "扣 10.00 分：断面达标率 9/10（依据：监测月报）",
    ]  # fmt: skip
    with year.desk.reading() as work:
        assert len(list(work.session.scalars(select(MonthlyAssessment)))) == 1
    assert year.row().drafted_by == "周科员"


def test_towns_whose_own_points_a_new_draft_changes_are_told_again_and_may_appeal_anew(year: Year) -> None:
    year.october()
    year.told()
    year.at("2026-11-04 09:00")
    year.sheet(SHEET | {"北仓镇": "9"})
    year.drafted("周科员")
    assert owed(year, "town_month_again", "office_month_again") == [
        "李镇长:town_month_again", "郑科员:office_month_again",
    ]  # fmt: skip
    assert year.row().appeal_until == china("2026-11-10 00:00")
    year.at("2026-11-04 10:00")
    assert year.drafted("周科员").changes == ()
    assert year.row().appeal_until == china("2026-11-10 00:00")


def test_the_towns_are_told_once_on_working_days_from_the_first_one_on(year: Year) -> None:
    year.october()
    year.at("2026-11-01 06:00")  # a Sunday
    year.drafted()
    assert not year.does("", _tell)
    year.at("2026-11-02 06:00")
    assert year.does("", _tell)
    assert not year.does("", _tell)


def _tell(work: Work) -> bool:
    return assessments.tell(work, assessments.called(work, OCTOBER))


def test_it_is_not_approved_before_the_days_of_appeal_are_over(year: Year) -> None:
    year.october()
    year.told()
    for at in ("2026-11-02 10:00", "2026-11-05 23:59"):
        with pytest.raises(Refusal, match="10月的考核11月5日24时前镇街可以申诉，过了申诉期才能批准"):
            year.approves("周科员", at)
    year.approves("周科员", "2026-11-06 00:00")


def test_a_draft_nobody_was_told_of_is_not_approved(year: Year) -> None:
    year.october()
    year.at("2026-11-01 06:00")
    year.drafted()
    with pytest.raises(Refusal, match="还没有告知镇街"):
        year.approves("周科员")


def test_the_preparer_does_not_approve(year: Year) -> None:
    year.october()
    year.at("2026-11-01 06:00")
    year.drafted("周科员")
    year.told()
    with pytest.raises(Refusal, match="您起草了2026年10月的考核或答复过它的申诉，请由河长办另一位同志批准"):
        year.approves("周科员")
    with pytest.raises(Refusal, match="批准要写明是谁"):
        year.approves("")
    year.approves("郑科员")
    with pytest.raises(Refusal, match="已由郑科员批准并冻结，不用再批准"):
        year.approves("周科员")


def test_one_who_is_in_the_registry_twice_is_still_one_person(year: Year) -> None:
    twin = year.desk.do(_registered_again, "周科员")
    year.october()
    year.at("2026-11-02 09:00")
    year.desk.do(
        _as_person, twin, lambda work: assessments.tell(work, assessments.draft(work, OCTOBER).assessment)
    )
    year.at("2026-11-06 09:00")
    first = year.life.district.people["clerk"]
    with pytest.raises(Refusal, match="由一位也叫“周科员”的同志起草或答复过申诉"):
        year.desk.do(
            _as_person, first, lambda work: assessments.approve(work, assessments.called(work, OCTOBER))
        )
    year.approves("郑科员")


def _registered_again(work: Work, name: str) -> int:
    twin = Person(name=name, phone="13900000000", pseudonym="twin")
    work.session.add(Appointment(person=twin, role=Role.OFFICE, since=None, until=None))
    work.session.flush()
    return twin.id


def _as_person(work: Work, person_id: int, step: Callable[[Work], Any]) -> None:
    work.who = people.who_is(work, 0, person_id)
    step(work)


def test_a_suspended_item_says_why_for_those_it_is_for(year: Year) -> None:
    """小淀镇, listed first here, has no reach; why the others are not judged is what matters."""
    text = BOOK.replace('source = "sheet:断面达标率"', 'source = "sheet:断面达标率"\napplies_to = "reaches"')
    (year.folder / "2026-01.toml").write_text(text, "utf-8")
    year.desk.do(_listed_first, "小淀镇")
    year.at("2026-10-12 09:00")
    year.life.opens(town="小淀镇")
    year.told()
    assert year.table().suspended == (("断面水质达标率", "2026年10月还没有导入月度指标表"),)


def _listed_first(work: Work, name: str) -> None:
    work.session.scalars(select(Town).where(Town.name == name)).one().position = -1


def test_whoever_decided_an_appeal_does_not_approve_and_an_open_one_blocks(year: Year) -> None:
    year.october()
    year.told()
    number = year.appeals("王镇长", "天穆镇")
    with pytest.raises(Refusal, match=f"还有 1 件申诉没有答复：{number}号（天穆镇）"):
        year.approves("郑科员")
    year.decides("周科员", number, False, "查无此事")
    with pytest.raises(Refusal, match="请由河长办另一位同志批准"):
        year.approves("周科员")
    year.approves("郑科员")


def test_a_draft_that_the_rows_have_left_behind_is_not_approved(year: Year) -> None:
    year.october()
    year.told()
    year.at("2026-11-05 09:00")
    year.sheet(SHEET | {"双街镇": "5"})
    with pytest.raises(Refusal, match=r"起草以后数据有变化（共 \d+ 处，如：.*），请先重新起草"):
        year.approves("郑科员")
    assert year.row().state is AssessmentState.DRAFT


def test_a_frozen_month_is_not_drafted_again(year: Year) -> None:
    year.frozen()
    with pytest.raises(Refusal, match="已由郑科员批准并冻结，不能重新起草；确有错误，请更正"):
        year.drafted("周科员")


def test_a_rulebook_changed_in_mid_month_is_refused_once_the_towns_were_told(year: Year) -> None:
    year.october()
    year.at("2026-11-01 06:00")
    year.drafted()
    file = year.folder / "2026-01.toml"
    file.write_text(BOOK.replace("points = 60", "points = 50").replace("points = 40", "points = 50"), "utf-8")
    assert "天穆镇·按期整改 分值：60.00 → 50.00" in [str(change) for change in year.drafted().changes]
    year.told()
    file.write_text(BOOK, "utf-8")
    with pytest.raises(Refusal, match="的内容与2026年10月考核时用的不同。考核办法施行后不能改动"):
        year.drafted()
    file.write_text(
        BOOK.replace("points = 60", "points = 50").replace("points = 40", "points = 50 # 同上"), "utf-8"
    )
    year.drafted()  # other words for the same rules are no change


def test_a_frozen_month_keeps_its_rules_whatever_becomes_of_the_file(year: Year) -> None:
    year.frozen()
    (year.folder / "2026-01.toml").write_text(BOOK.replace("100", "x"), "utf-8")
    (year.folder / "2026-01.toml").unlink()
    checked = year.desk.look(lambda work: assessment_check.verify(work, assessments.called(work, OCTOBER)))
    assert checked.holds


ON_TRIAL = """
[[items]]
key = "ditches"
name = "沟道"
kind = "trial"
points = 10
source = "sheet:沟道"
full = 1.0
zero = 0.5
"""


def test_an_item_on_trial_is_shown_with_its_reasons_and_counted_nowhere(year: Year) -> None:
    (year.folder / "2026-01.toml").write_text(BOOK + ON_TRIAL, "utf-8")
    year.october()
    year.desk.do(_ditches, year.life.district.towns["北仓镇"])
    year.told()
    line = year.line("北仓镇")
    item = line.items[-1]
    assert (line.score, item.points, item.weight) == (Decimal(80), Decimal(5), Decimal(10))
    assert (line.place, item.counts) == (3, False)
    assert item.name == "沟道（试考核，不计入总分）"
    assert [loss.sentence for loss in item.losses] == ["扣 5.00 分：沟道 3/4（依据：月报）"]
    assert "沟道" not in ranking_news.costs(line)
    year.approves("郑科员")
    assert year.desk.look(
        lambda work: assessment_check.verify(work, assessments.standing(work, OCTOBER)).holds
    )


def _ditches(work: Work, town_id: int) -> None:
    sheet = work.session.scalars(newest_sheet("2026-10")).one()
    figure = {"numerator": Decimal(3), "denominator": Decimal(4), "basis": "月报"}
    work.session.add(FigureEntry(sheet_id=sheet.id, town_id=town_id, indicator="沟道", **figure))


def test_the_rules_of_judged_months_under_a_new_name_are_refused_and_a_later_rulebook_is_not(
    year: Year,
) -> None:
    year.frozen()
    year.at("2026-12-01 06:00")
    other = (
        BOOK.replace("测试考核办法", "新办法").replace("points = 60", "points = 50").replace("= 40", "= 50")
    )
    (year.folder / "2026-01.toml").write_text(other, "utf-8")
    with pytest.raises(
        Refusal, match=r"2026年10月已经按测试考核办法（自2026年1月起）考核并批准。.*写 2026-11 或以后"
    ):
        year.does("", assessments.draft, OCTOBER.next)
    (year.folder / "2026-01.toml").write_text(BOOK, "utf-8")
    (year.folder / "2026-11.toml").write_text(other.replace('"2026-01"', '"2026-11"'), "utf-8")
    assert year.does("", assessments.draft, OCTOBER.next).assessment.rulebook == "新办法（自2026年11月起）"


REWRITING = (
    "UPDATE town_score SET score = 1",
    "DELETE FROM town_score",
    "UPDATE item_score SET points = 1",
    "DELETE FROM item_score",
    "UPDATE points_lost SET points = 1",
    "DELETE FROM points_lost",
    "UPDATE appeal SET returned = 1",
    "DELETE FROM appeal",
    "UPDATE monthly_assessment SET digest = 'x'",
    "UPDATE monthly_assessment SET state = 'draft'",
    "UPDATE monthly_assessment SET state = 'superseded', approved_by = 'x'",
    "DELETE FROM monthly_assessment",
)


def test_the_database_refuses_to_rewrite_a_frozen_month(year: Year, engine: Engine) -> None:
    year.october()
    year.told()
    year.decides("周科员", year.appeals("王镇长", "天穆镇"), True)
    year.approves("郑科员")
    for rewriting in REWRITING:
        with pytest.raises(DBAPIError, match="cannot be rewritten"), engine.begin() as connection:
            connection.execute(text(rewriting))


def test_the_digest_is_taken_over_every_column_that_is_not_ours_alone() -> None:
    ours = {
        "id",
        "assessment_id",
        "version",
        "decided_by_id",
        "appealed_by_id",
        "approved_by_id",
        "drafted_by_id",
        "dropped_by",
        "dropped_at",
        "dropped_because",
    }
    for table, names in FROZEN.items():
        columns = {column.key for column in table.__table__.columns} - ours - {"state", "digest"}
        assert columns == set(names) - {"state"}, table


def test_nothing_is_public_that_was_not_published(year: Year) -> None:
    year.frozen()
    assert year.desk.look(published) is None
    year.desk.do(_publishes, PublicationState.WANTED)
    assert year.desk.look(published) is None
    year.desk.do(_publishes, PublicationState.PUBLISHED)
    table = year.desk.look(published)
    assert table == year.table()
    assert year.desk.look(published, OCTOBER) == table
    assert year.desk.look(published, Month(2026, 9)) is None
    year.desk.do(_publishes, PublicationState.WITHDRAWN, "数据有误")
    assert year.desk.look(published) == replace(year.table(), withdrawn_because="数据有误")


def _publishes(work: Work, state: PublicationState, why: str = "") -> None:
    row = assessments.standing(work, OCTOBER)
    values: dict[str, Any] = {"channel": "freepublish", "wanted_by": "系统", "client_id": f"c-{state.value}"}
    work.session.add(
        Publication(
            assessment_id=row.id, state=state, wanted_at=work.now, due_at=work.now, withdrawn_because=why,
            published_at=None if state is PublicationState.WANTED else work.now, **values,
        )
    )  # fmt: skip
