"""The bulletin: rows in the Office's words, nobody's telephone, and a template that is wrong is refused by its line."""

from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from models.case import Case
from models.handling import Duty, DutyKind
from models.registry import Town
from rules.deadlines import Severity
from rules.lifecycle import State
from rules.months import Month
from rules.refusal import Refusal
from services.bulletins import TEMPLATE, bulletin_paper
from services.desk import Desk, Work
from services.month_table import MonthTable
from services.paper_docx import docx_of
from services.papers import Figure, Line, Paper, Table
from services.problems import problems
from services.ranking_page import results
from tests.frozen_table import frozen
from tests.month_tables import LONGEST_NAME, crowded, month_table, ranked, town
from tests.town_life import china


def some_cases(work: Work) -> None:
    """October: three of litter and one of sewage, one that was no problem; one of September, one of November."""
    tianmu, beicang = (
        Town(code=c, name=n, kind="镇", position=0) for c, n in (("T1", "天穆镇"), ("T2", "北仓镇"))
    )
    work.session.add_all([tianmu, beicang])
    work.session.flush()
    rows = (
        ("岸线垃圾", tianmu, "2026-10-01 00:00", State.CLOSED), ("岸线垃圾", tianmu, "2026-10-15 09:00", State.CLOSED),
        ("岸线垃圾", beicang, "2026-10-31 23:59", State.ACCEPTED), ("污水直排", None, "2026-10-20 09:00", State.TRIAGE),
        ("污水直排", tianmu, "2026-10-20 09:00", State.DECLINED), ("污水直排", tianmu, "2026-09-30 23:59", State.CLOSED),
        ("污水直排", tianmu, "2026-11-01 00:00", State.ASSIGNED),
    )  # fmt: skip
    for n, (kind, unit, opened, state) in enumerate(rows, 1):
        at = china(opened)
        work.session.add(
            Case(
                year=2026, serial=n, number=f"HC-2026-{n:04}", kind=kind, severity=Severity.ORDINARY, state=state,
                town_id=unit.id if unit else None, place="北运河", opened_at=at, assigned_at=at, accepted_at=at,
                rectify_by=at, moves=1,
            )
        )  # fmt: skip
    work.session.flush()
    work.session.add(
        Duty(
            kind=DutyKind.RECTIFY, town_id=beicang.id, case_id=3, begun_at=china("2026-10-20 09:00"),
            due_at=china("2026-10-31 23:59"), counts_at=china("2026-10-31 23:58"), ended_at=None, end=None,
            late_days=None,
        )
    )  # fmt: skip
    work.session.flush()


def words(paper: Paper) -> str:
    return "\n".join(piece.text for piece in paper.body if isinstance(piece, Line))


def paper_of(desk: Desk, table: MonthTable, template: Path = TEMPLATE) -> Paper:
    return desk.look(bulletin_paper, table, template)


def test_a_months_problems_are_counted_by_when_they_were_opened(desk: Desk) -> None:
    desk.do(some_cases)
    found = desk.look(problems, month_table())
    assert found.by_kind == (("岸线垃圾", 3), ("污水直排", 1))
    assert found.by_town == (("天穆镇", 2), ("北仓镇", 1), ("待分派", 1))
    assert found.total == 4
    assert dict(found.late) == {"北仓镇": 1}


def test_leaders_laggards_movers_problems_and_what_is_asked(desk: Desk) -> None:
    desk.do(some_cases)
    paper = paper_of(desk, month_table())
    text = words(paper)
    for said in ("11个单位参加排名，平均92.11分", "名次在前的是：果园新村街道、集贤里街道、普东街道。",
                 "名次在后的是：北仓镇、双街镇、双口镇。",
                 "双口镇（下降10名）", "果园新村街道（上升1名）", "本月立案4件，其中岸线垃圾3件、污水直排1件。",
                 "北仓镇有1件问题逾期未办结", month_table().purpose):  # fmt: skip
        assert said in text, said
    assert [piece.headings[0] for piece in paper.body if isinstance(piece, Table)] == ["名次", "类别", "单位"]


def test_a_tie_is_not_cut_and_nobody_is_first_and_last(desk: Desk) -> None:
    text = words(paper_of(desk, month_table(ranked(("95", "90", "90", "90")))))
    assert "名次在前的是：果园新村街道、集贤里街道、普东街道、瑞景街道。" in text
    assert "名次在后的是" not in text


def test_a_crowded_corrected_month_as_a_file_for_word(desk: Desk) -> None:
    paper = paper_of(desk, crowded())
    whole = Document(BytesIO(docx_of(paper, lambda digest: None)))
    text = "\n".join(line.text for line in whole.paragraphs)
    cells = [cell.text for row in whole.tables[0].rows for cell in row.cells]
    for said in ("关于2026年10月河湖长制考核情况的通报", "本通报经过更正：双街镇断面达标率", "新设立的开发区未参加排名",
                 "点名：8号产业园区管理委员会。", "本月暂停考核“巡河履职”", "本月没有新立案的问题。"):  # fmt: skip
        assert said in text, said
    assert cells[6:9] == ["河段较多的单位", "1", LONGEST_NAME]
    assert len(whole.tables[0].rows) == 33
    assert docx_of(paper, lambda digest: None) == docx_of(paper, lambda digest: None)


def test_no_telephone_leaves_with_it(desk: Desk) -> None:
    table = month_table(
        [town("T1", "天穆镇", None, None, unranked="请电 13812345678 核对")], revision=2,
        corrected_because="来电 022-26390000 反映有误。",
    )  # fmt: skip
    text = words(paper_of(desk, table))
    assert "13812345678" not in text
    assert "26390000" not in text
    assert text.count("电话号码已隐去") == 2


@pytest.mark.parametrize(
    ("wrong", "line", "why"),
    [
        ("好\n{% if 点名 %}没有结束", "第 2 行", "end of template"),
        ("好\n\n{{ 没有这一项 }}", "第 3 行", "没有这一项"),
        ("{{ 参加 + 月份 }}", "第 1 行", "unsupported operand"),
        ("{{ 月份.__class__.__mro__ }}", "第 1 行", "unsafe"),
        ("好\n【排名标】", "第 2 段", "【排名表】"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_template_that_is_wrong_is_refused_by_its_line(
    desk: Desk, tmp_path: Path, wrong: str, line: str, why: str
) -> None:
    template = tmp_path / "bulletin.txt"
    template.write_text(wrong, "utf-8")
    with pytest.raises(Refusal) as refused:
        paper_of(desk, month_table(), template)
    assert line in str(refused.value)
    assert why in str(refused.value)


def test_shares_are_read_from_frozen_rows_without_needless_noughts(desk: Desk) -> None:
    desk.do(frozen, month_table())
    rows = desk.look(results, month_table())
    assert {(row.on_time.words, row.on_time.percent) for row in rows} == {("18/20", "90%")}
    assert {(row.satisfaction.words, row.satisfaction.percent) for row in rows} == {("–", "")}


def two_months(work: Work) -> None:
    """September and October frozen; the case counts are of now."""
    some_cases(work)
    frozen(work, month_table(month=Month(2026, 9)))
    frozen(work, month_table())


def test_the_charts_stand_in_the_file_for_word_each_with_its_title_and_said_in_words(desk: Desk) -> None:
    desk.do(two_months)
    made = docx_of(paper_of(desk, month_table()), lambda digest: None)
    whole = Document(BytesIO(made))
    shown = [shape._inline.docPr.get("descr") for shape in whole.inline_shapes]
    assert [alt.partition("图")[0] for alt in shown] == [
        "近2个月得分折线",
        "2026年10月问题类别条形",
        "2026年10月按期整改条形",
    ]
    texts = [line.text for line in whole.paragraphs]
    assert {"图1　近2个月得分", "图2　2026年10月问题类别", "图3　2026年10月按期整改"} <= set(texts)
    assert [cell.text for cell in whole.tables[1].rows[0].cells] == ["单位", "9月", "10月"]
    assert [cell.text for cell in whole.tables[1].rows[1].cells] == ["果园新村街道", "1", "1"]
    assert len(made) < 1_000_000


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_month_without_anything_to_draw_has_no_charts(desk: Desk) -> None:
    assert not [piece for piece in paper_of(desk, month_table()).body if isinstance(piece, Figure)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_it_says_as_of_when_problems_are_counted(desk: Desk) -> None:
    desk.do(some_cases)
    assert "问题件数按生成时统计，本月批准时没有保存。" in words(paper_of(desk, month_table()))
