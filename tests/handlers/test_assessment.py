"""The month judged, by talking: own points, appeals with photos, the Office's answers, approval by a second person."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import config
from bot.replies import MAX_BYTES
from handlers import notices, speech, texts
from models.assessment import Appeal, AssessmentState, MonthlyAssessment, TownScore
from models.evidence import Evidence
from models.extension import Extension
from models.notification import Notice, Notification
from models.report import Report
from rules.months import Month
from services import assessments
from services.delivery import Envelope
from services.desk import Desk, Work
from tests.assessed_month import SHEET, Year, a_year
from tests.conftest import Clock
from tests.handlers.conftest import Talker

NOVEMBER = Month(2026, 11)
Read = Callable[[Any], list[Any]]


@pytest.fixture
def year(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Year:
    year = a_year(make_desk, example, clock, tmp_path / "books")
    year.october()
    return year


@pytest.fixture
def people(year: Year) -> Callable[[str], Talker]:
    dispatcher = speech.dispatcher()
    return lambda name: Talker(f"o-{name}", year.desk, dispatcher, year.clock)


def rows(year: Year, table: Any) -> list[Any]:
    with year.desk.reading() as work:
        return list(work.session.scalars(select(table).order_by(table.id)))


def test_a_chief_sees_own_points_with_every_reason(year: Year, people: Callable[[str], Talker]) -> None:
    chief = people("chief")
    assert chief.says("得分") == texts.NO_MONTH_YET
    year.told()
    reply = chief.says("得分")
    assert reply.splitlines() == [
        "2026年10月月考核（可在11月5日24时前申诉）", "天穆镇：66.00 分，第 4 名，合格",
        "· 按期整改 30.00/60.00（1/2）", "  扣 30.00 分：案件 2026-0001 逾期 7 个工作日",
        "· 断面水质达标率 36.00/40.00（9/10）", "  扣 4.00 分：断面达标率 9/10（依据：监测月报）",
    ]  # fmt: skip
    for said in ("得分 2026-10", "得分 10月", "得分2026年10月", "得分 上月", "得分 10月。"):
        assert chief.says(said) == reply
    assert chief.says("得分 2026-09") == "2026年9月还没有月考核的结果。"
    assert "· 按期整改：不计分（本月没有可考核的事项）" in people("chief2").says("得分")


def test_the_office_sees_all_totals_also_of_a_draft(year: Year, people: Callable[[str], Talker]) -> None:
    year.at("2026-11-01 06:00")
    year.drafted()
    assert people("clerk").says("得分").splitlines() == [
        "2026年10月月考核（草稿，还没有告知镇街）", "1 双街镇 100.00", "1 小淀镇 100.00", "3 北仓镇 80.00",
        "4 天穆镇 66.00",
    ]  # fmt: skip
    assert people("chief").says("得分") == texts.NO_MONTH_YET


def test_an_appeal_with_photos_its_answer_and_the_approval(
    year: Year, people: Callable[[str], Talker]
) -> None:
    year.told()
    chief, clerk, second = people("chief"), people("clerk"), people("clerk2")
    assert "扣分的项目：按期整改、断面水质达标率" in chief.says("申诉")
    assert "已收到：文字说明" in chief.says("申诉 按期整改 2026-0001 系上游来水")
    assert "照片 1 张、文字说明" in chief.photo("m-1")
    assert "照片 2 张、文字说明" in chief.photo("m-2")
    chief.says("附照片两张")
    assert chief.says("提交") == "已提交对“按期整改”的申诉（1号），河长办答复后会告诉您。"
    (appeal,) = rows(year, Appeal)
    assert (appeal.key, appeal.reason) == ("case:2026-0001", "2026-0001 系上游来水\n附照片两张")
    assert [piece.appeal_id for piece in rows(year, Evidence)] == [1, 1]
    waiting = clerk.says("申诉")
    assert "· 1号 天穆镇 按期整改（2026-0001）：2026-0001 系上游来水 附照片两张（照片等 2 件）" in waiting
    assert "flask assessment appeals 2026-10 --photos" in waiting
    assert "请写明答复的理由" in clerk.says("申诉 1 成立")
    assert (
        clerk.says("申诉 1 成立 ２ 分 部分属实")
        == "天穆镇的申诉（1号）已按成立答复，返还 2.00 分，并告诉了镇街。"
    )
    assert clerk.says("申诉") == "2026年10月没有等待答复的申诉。"
    assert "返还 2.00 分：申诉成立：部分属实" in chief.says("得分")
    assert "过了申诉期才能批准" in second.says("批准 2026-10")
    year.at("2026-11-06 09:00")
    assert "请由河长办另一位同志批准" in clerk.says("批准 2026-10")
    assert chief.says("批准 2026-10") == texts.NOT_YOUR_OFFICE
    assert "2026年10月的考核已批准并冻结" in second.says("批准 2026-10")
    assert year.row().state is AssessmentState.FROZEN
    assert "已由郑科员批准并冻结" in second.says("批准2026年10月")
    assert "已批准" in chief.says("得分")
    assert "已经批准冻结，不能再申诉" in chief.says("申诉 按期整改 还是不对")


def test_an_appeal_without_words_or_about_nothing_is_asked_back(
    year: Year, people: Callable[[str], Talker]
) -> None:
    year.told()
    chief = people("chief")
    assert "没有认出考核项目“河面”" in chief.says("申诉 河面 已清理")
    assert "请写理由" in chief.says("申诉 断面水质达标率")
    chief.photo()
    assert chief.says("提交") == texts.APPEAL_NEEDS_WORDS
    assert chief.says("取消") == texts.CANCELLED
    assert rows(year, Appeal) == []


def test_points_looked_up_meanwhile_are_no_part_of_the_reason_and_a_vain_appeal_is_not_begun(
    year: Year, people: Callable[[str], Talker]
) -> None:
    year.told()
    chief = people("chief")
    chief.says("申诉 断面水质达标率 数据有误")
    answer = chief.says("得分")
    assert answer is not None
    assert "天穆镇：" in answer
    assert answer.endswith("好了请回复“提交”。")
    chief.says("提交")
    assert [row.reason for row in rows(year, Appeal)] == ["数据有误"]
    assert "（1号）还在审理" in chief.says("申诉 断面水质达标率 还是有误")
    assert "已收到：文字说明" in chief.says("申诉 按期整改 2026-0001 系上游来水")


def test_ordinary_words_and_other_conversations_are_no_commands_of_a_month(
    year: Year, people: Callable[[str], Talker]
) -> None:
    year.told()
    li, chief, clerk = people("li"), people("chief"), people("clerk")
    li.says("申诉 按期整改 我不是镇长")  # a resident's words stay words
    assert rows(year, Appeal) == []
    chief.says("举报")
    assert "已收到：文字说明" in chief.says("申诉 按期整改 上次扣分不对")
    assert "已收到：文字说明" in chief.says("得分 10月")
    chief.says("取消")
    assert "没有听明白" in chief.says("申诉按期整改扣分不合理")  # no blank: a sentence
    assert rows(year, Appeal) == []
    year.at("2026-11-06 09:00")
    assert "没有找到编号" in clerk.says("批准 2026-0012")  # a case's number is a request for more time
    assert rows(year, Extension) == []
    assert year.row().state is AssessmentState.DRAFT
    assert rows(year, Report) == []


def test_while_a_correction_is_prepared_the_frozen_month_is_shown_and_then_it_is_objected_to(
    year: Year, people: Callable[[str], Talker]
) -> None:
    chief, clerk = people("chief"), people("clerk")
    year.told()
    year.approves("郑科员")
    year.at("2026-12-01 09:00")
    year.sheet(SHEET | {"天穆镇": "5"})
    november = year.does("", assessments.draft, NOVEMBER).assessment
    year.does("", _tells, november.id)
    correction = year.corrects("周科员").assessment
    before = chief.says("得分 10月")
    assert before.splitlines()[0] == "2026年10月月考核（已批准）"
    year.at("2026-12-07 09:00")  # November's days of appeal are over
    year.does("", _tells, correction.id)
    assert "断面水质达标率" in chief.says("申诉")
    assert "“按期整改”" not in chief.says("申诉 2026-11 按期整改 查错了")
    chief.says("申诉 断面水质达标率 监测点错了")
    assert chief.says("提交").startswith("已提交对“断面水质达标率”的申诉")
    assert "天穆镇 断面水质达标率" in clerk.says("申诉")


def _tells(work: Work, number: int) -> None:
    assert assessments.tell(work, work.session.get_one(MonthlyAssessment, number))


def test_a_town_that_was_not_judged_hears_so(year: Year, people: Callable[[str], Talker]) -> None:
    year.told()
    year.desk.do(lambda work: work.session.delete(_line(work)))
    assert people("chief4").says("得分") == "2026年10月的考核没有小淀镇。"


def _line(work: Work) -> TownScore:
    return work.session.scalars(select(TownScore).where(TownScore.town_name == "小淀镇")).one()


def envelope(row: Notification, **more: Any) -> Envelope:
    values: dict[str, Any] = {
        "id": row.id, "notice": row.notice, "sentence": row.sentence, "says": row.says | more, "openid": "o",
        "viewer": "v", "following": True, "window_open": True, "window_until": None, "case_id": None, "moves": 0,
        "urgent": False, "attempts": 1, "leased_until": row.owed_at,
    }  # fmt: skip
    return Envelope(**values)


def test_the_messages_read_well_and_fit(year: Year) -> None:
    year.told()
    with year.desk.reading() as work:
        told = {
            row.person.name: row
            for row in work.session.scalars(
                select(Notification).where(Notification.notice == Notice.ASSESSMENT)
            )
            if row.person
        }
    own = notices.sentence(envelope(told["王镇长"]), "", "12345")
    assert own == (
        "【2026年10月考核：66.00分，第4名】天穆镇 合格\n"
        "按期整改：扣 30.00 分：案件 2026-0001 逾期 7 个工作日\n"
        "断面水质达标率：扣 4.00 分：断面达标率 9/10（依据：监测月报）\n"
        "全区：1 双街镇 100.00；1 小淀镇 100.00；3 北仓镇 80.00；4 天穆镇 66.00\n"
        "有异议请于11月5日24时前回复：申诉 项目 理由（可附照片）\n看全部依据请回复：得分 2026-10"
    )
    assert "双街镇没有人收到消息，请另行告知" in notices.sentence(envelope(told["周科员"]), "", "12345")
    much = {
        "lost": [["按期整改", f"扣 0.10 分：案件 2026-{n:04d} 逾期 {n} 个工作日"] for n in range(30)], "more": 12,
        "totals": [["", n, f"滨河生态文旅经济开发示范区{n}", "97.70"] for n in range(30)],
    }  # fmt: skip
    long = notices.sentence(envelope(told["王镇长"], **much), "", "12345")
    assert len(long.encode()) <= MAX_BYTES
    assert "回复“得分”看全部" in long
    assert notices.note(envelope(told["王镇长"]), "12345") == "66.00分，第4名"
