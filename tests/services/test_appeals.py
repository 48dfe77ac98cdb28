"""Appeals: about one's own town, in its days; granted with points given back, or refused, always with a reason."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

import config
from models.assessment import Appeal, AppealState, TownScore
from models.evidence import Evidence, Medium
from models.notification import Notification
from models.person import Appointment
from rules.refusal import Refusal
from rules.roles import Role
from services import assessment_check, assessments, evidence, reports
from services.desk import Desk, Work
from services.reports import Sent
from tests.assessed_month import OCTOBER, Year, a_year
from tests.conftest import Clock


@pytest.fixture
def year(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Year:
    year = a_year(make_desk, example, clock, tmp_path / "books")
    year.october()
    year.told()
    return year


def rows(year: Year) -> list[Appeal]:
    with year.desk.reading() as work:
        return list(work.session.scalars(select(Appeal).order_by(Appeal.id)))


def told(year: Year, sentence: str) -> dict[str, dict[str, object]]:
    """What each person was told in this sentence."""
    with year.desk.reading() as work:
        found = work.session.scalars(select(Notification).where(Notification.sentence == sentence))
        return {row.person.name: dict(row.says) for row in found if row.person}


def test_a_granted_appeal_gives_back_what_its_row_had_cost(year: Year) -> None:
    number = year.appeals("王镇长", "天穆镇", "按期整改", "系上游来水", "2026-0001")
    (appeal,) = rows(year)
    assert (appeal.item, appeal.key, appeal.appealed_by, appeal.state) == (
        "on_time", "case:2026-0001", "王镇长", AppealState.OPEN,
    )  # fmt: skip
    assert set(told(year, "office_appealed")) == {"周科员", "郑科员"}
    year.decides("周科员", number, True, "确系上游来水")
    line = year.line("天穆镇")
    assert (line.score, line.place) == (Decimal("96.00"), 3)
    assert [(loss.points, loss.sentence, loss.key) for loss in line.items[0].losses] == [
        (Decimal("30.00"), "扣 30.00 分：案件 2026-0001 逾期 7 个工作日", "case:2026-0001"),
        (Decimal("-30.00"), "返还 30.00 分：申诉成立：确系上游来水", f"appeal:{number}"),
    ]  # fmt: skip
    decided = told(year, "town_appeal_granted")
    assert set(decided) == {"王镇长", "赵联络员"}
    assert (decided["王镇长"]["returned"], decided["王镇长"]["result"]) == ("30.00", "96.00分，第3名")
    year.approves("郑科员")
    assert year.line("天穆镇").score == Decimal("96.00")


def test_some_of_the_points_may_be_given_back(year: Year) -> None:
    number = year.appeals("赵联络员", "天穆镇", "断面水质达标率")
    for points in ("4.01", "0", "-1"):
        with pytest.raises(Refusal, match=r"返还的分数应大于 0，不超过“断面水质达标率”现在扣的 4\.00 分"):
            year.decides("周科员", number, True, points=points)
    with pytest.raises(Refusal, match="最多写 2 位小数"):
        year.decides("周科员", number, True, points="1.005")
    year.decides("周科员", number, True, points="1.50")
    assert year.line("天穆镇").score == Decimal("67.50")


def test_a_refused_appeal_changes_no_points_and_says_why(year: Year) -> None:
    number = year.appeals("王镇长", "天穆镇")
    before = year.table()
    year.decides("周科员", number, False, "照片不是该处")
    assert year.table() == before
    assert told(year, "town_appeal_refused")["赵联络员"]["reason"] == "照片不是该处"


def test_a_decision_needs_a_person_a_reason_and_an_open_appeal(year: Year) -> None:
    number = year.appeals("王镇长", "天穆镇")
    with pytest.raises(Refusal, match="要写明是谁"):
        year.decides("", number, False)
    with pytest.raises(Refusal, match="只有河长办"):
        year.decides("王镇长", number, True)
    with pytest.raises(Refusal, match="请写明答复的理由"):
        year.decides("周科员", number, False, " ")
    with pytest.raises(Refusal, match="没有 99 号申诉"):
        year.decides("周科员", 99, False)
    year.decides("周科员", number, False, "查无此事")
    with pytest.raises(Refusal, match="已由周科员答复：查无此事"):
        year.decides("郑科员", number, True)


def test_a_decision_waits_for_a_draft_that_the_rows_have_left_behind(year: Year) -> None:
    number = year.appeals("王镇长", "天穆镇")
    year.sheet({"天穆镇": "1", "北仓镇": "1", "双街镇": "1", "小淀镇": "1"})
    with pytest.raises(Refusal, match="起草以后数据有变化"):
        year.decides("周科员", number, True)
    assert rows(year)[0].state is AppealState.OPEN


def test_only_the_own_town_is_objected_for(year: Year) -> None:
    for name in ("李镇长", "孙村长", "冯监督员"):
        with pytest.raises(Refusal, match="只能对本镇街的考核结果申诉"):
            year.appeals(name, "天穆镇")
    number = year.appeals("", "天穆镇", reason="纸面申诉")  # written down by the Office
    assert rows(year)[-1].appealed_by == "河长办代录"
    assert number == rows(year)[-1].id


def test_a_clerk_who_leads_a_town_does_not_answer_its_appeals(year: Year) -> None:
    year.desk.do(_is_clerk_too, year.life.district.people["chief"])
    own, other = year.appeals("王镇长", "天穆镇"), year.appeals("李镇长", "北仓镇", "断面水质达标率")
    with pytest.raises(Refusal, match="您是天穆镇的河湖长或联络员，不能答复本镇街的申诉"):
        year.decides("王镇长", own, True)
    year.decides("王镇长", other, False)
    year.decides("周科员", own, False)


def _is_clerk_too(work: Work, person_id: int) -> None:
    work.session.add(Appointment(person_id=person_id, role=Role.OFFICE, since=None, until=None))


def test_after_its_days_an_appeal_is_refused(year: Year) -> None:
    year.at("2026-11-05 23:59")
    year.appeals("王镇长", "天穆镇", "断面水质达标率")
    for at in ("2026-11-06 00:00", "2026-11-20 09:00"):
        year.at(at)
        with pytest.raises(Refusal, match="2026年10月的申诉应在11月5日24时前提出，已经过了"):
            year.appeals("王镇长", "天穆镇")


def test_a_frozen_month_takes_no_appeal_and_no_decision(year: Year) -> None:
    number = year.appeals("王镇长", "天穆镇")
    year.decides("周科员", number, False)
    year.approves("郑科员")
    with pytest.raises(Refusal, match="已经批准冻结，不能再申诉"):
        year.appeals("王镇长", "天穆镇")


def test_what_an_appeal_is_about_must_be_there(year: Year) -> None:
    for item, reason, row, why in (
        ("清洁", "r", "", "没有认出考核项目“清洁”，请写全名。可选：按期整改、断面水质达标率"),
        ("按期整改", " ", "", "请写明申诉的理由"),
        ("on_time", "r", "2026-0009", "“按期整改”里没有因“2026-0009”扣分。扣分的有：2026-0001"),
    ):
        with pytest.raises(Refusal, match=why):
            year.appeals("王镇长", "天穆镇", item, reason, row)
    assert rows(year) == []


def test_where_no_points_were_lost_there_is_nothing_to_object_to(year: Year) -> None:
    with pytest.raises(Refusal, match="“按期整改”本月不计分（本月没有可考核的事项），没有可以返还的分数"):
        year.appeals("李镇长", "北仓镇", "on_time")
    with pytest.raises(Refusal, match="“断面水质达标率”没有扣分，没有可以返还的分数，不用申诉"):
        year.appeals("吴镇长", "小淀镇", "sections")


def test_an_item_is_called_by_name_key_or_a_part_of_the_name(year: Year) -> None:
    for item in ("按期整改", "sections"):
        year.appeals("王镇长", "天穆镇", item)
    year.appeals("李镇长", "北仓镇", "水质")
    assert [appeal.item for appeal in rows(year)] == ["on_time", "sections", "sections"]


def test_the_same_thing_is_not_objected_to_twice_at_once(year: Year) -> None:
    number = year.appeals("王镇长", "天穆镇")
    with pytest.raises(Refusal, match=f"对“按期整改”的申诉（{number}号）还在审理"):
        year.appeals("赵联络员", "天穆镇")
    year.decides("周科员", number, False)
    assert year.appeals("赵联络员", "天穆镇") > number


def test_a_town_that_is_not_in_the_month_cannot_object(year: Year) -> None:
    year.desk.do(lambda work: work.session.delete(_town_row(work, "小淀镇")))
    with pytest.raises(Refusal, match="2026年10月的考核没有小淀镇"):
        year.appeals("吴镇长", "小淀镇")


def _town_row(work: Work, name: str) -> TownScore:
    return work.session.scalars(select(TownScore).where(TownScore.town_name == name)).one()


def test_photos_hang_on_the_appeal_and_a_lost_one_asks_no_reporter(year: Year) -> None:
    number = year.appeals("王镇长", "天穆镇")
    year.desk.do(reports.expect, Sent(Medium.PHOTO, "media-1"), appeal_id=number)
    (piece,) = year.desk.do(evidence.lease, 10)
    year.desk.do(evidence.gone, piece.id, "已过期")
    with year.desk.reading() as work:
        (row,) = work.session.scalars(select(Evidence).where(Evidence.appeal_id == number))
        assert row.reason == "已过期"
    assert told(year, "reporter_photo_missing") == {}


PLACES = """
name = "名次办法"
in_force_from = "2026-01"
purpose = "用于督促整改。"
composition = "places"

[[items]]
key = "sections"
name = "断面水质达标率"
source = "sheet:断面达标率"
better = "higher"
"""


def test_where_places_are_added_no_points_are_given_back_and_the_rest_of_the_way_is_the_same(
    make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path
) -> None:
    year = a_year(make_desk, example, clock, tmp_path / "books")
    (year.folder / "2026-01.toml").write_text(PLACES, "utf-8")
    year.october()
    year.told()
    assert [(line.name, line.score, line.place) for line in year.table().lines] == [
        ("双街镇", Decimal(1), 1), ("小淀镇", Decimal(1), 1), ("天穆镇", Decimal(3), 3), ("北仓镇", Decimal(4), 4),
    ]  # fmt: skip
    number = year.appeals("王镇长", "天穆镇", "sections")
    with pytest.raises(Refusal, match="按名次相加的考核没有可返还的分数。请更正指标表、重新起草"):
        year.decides("周科员", number, True)
    year.decides("周科员", number, False, "监测数据无误")
    year.approves("郑科员")
    checked = year.desk.look(lambda work: assessment_check.verify(work, assessments.called(work, OCTOBER)))
    assert checked.holds
