"""The month's bulletin (通报) as an official paper: rows put into words by data/bulletin/bulletin.txt.

The Office edits that file in place: a line a paragraph, `## ` before a heading, 【排名表】 alone on a line.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rules.privacy import without_telephone
from rules.refusal import Refusal
from rules.workdays import local_day
from services.desk import Work
from services.month_table import MonthTable, TownLine
from services.office_templates import SHIPPED, rendered, template_of
from services.order_papers import office_name
from services.papers import Line, Paper, Table, in_full
from services.problems import Problems, problems
from services.ranking_picture import change, mean, written_score

TEMPLATE = SHIPPED / "bulletin.txt"
MOST = 3
"""So many units are named at either end."""


def bulletin_paper(work: Work, table: MonthTable, template: Path | None = None) -> Paper:
    """The bulletin of a frozen month. Raises Refusal, with the line, where the template is wrong."""
    found = problems(work, table.month)
    tables = {
        "【排名表】": _ranking(table),
        "【类别表】": _counts("类别", found.by_kind),
        "【单位表】": _counts("单位", found.by_town),
    }
    text = rendered(template or template_of(work, TEMPLATE.name), facts(table, found))
    return Paper(
        office=office_name(work), title=f"关于{table.month.name}河湖长制考核情况的通报", number="",
        to="各镇街、开发区", body=list(_pieces(text, tables)), on=work.today,
    )  # fmt: skip


def facts(table: MonthTable, found: Problems) -> dict[str, Any]:
    """What a template may say, by Chinese names."""
    ranked = [line for line in table.lines if line.place is not None]
    moved = sorted(ranked, key=_gained, reverse=True)
    first, last = _ends(ranked)
    return {
        "月份": table.month.name, "参加": len(ranked), "平均": mean(table), "办法": table.rulebook,
        "批准": in_full(local_day(table.approved_at)), "用途": table.purpose, "问题": found.total,
        "更正": without_telephone(table.corrected_because), "撤回": without_telephone(table.withdrawn_because),
        "类别": _named(found.by_kind), "单位": _named(found.by_town), "逾期": _named(found.late),
        "先进": first, "后进": last, "点名": [line.name for line in ranked if line.named],
        "进步": [f"{line.name}（上升{_gained(line)}名）" for line in moved[:MOST] if _gained(line) > 0],
        "退步": [f"{line.name}（下降{-_gained(line)}名）" for line in moved[::-1][:MOST] if _gained(line) < 0],
        "未排名": _reasons((line.name, line.unranked) for line in table.lines if line.place is None),
        "暂停": _reasons(table.suspended),
    }  # fmt: skip


def _ends(ranked: list[TownLine]) -> tuple[list[str], list[str]]:
    """Who is first and who is last in each group; nobody is both, and ties are not cut."""
    first, last = [], []
    for group in dict.fromkeys(line.group for line in ranked):
        lines = [line for line in ranked if line.group == group]
        ahead = [line for line in lines if line.place is not None and line.place <= MOST]
        behind = [
            line for line in lines if sum(_worse(other, line) for other in lines) < MOST and line not in ahead
        ]
        first += [line.name for line in ahead]
        last += [line.name for line in behind]
    return first, last


def _worse(one: TownLine, other: TownLine) -> bool:
    return (one.place or 0) > (other.place or 0)


def _gained(line: TownLine) -> int:
    return line.previous_place - line.place if line.previous_place and line.place else 0


def _named(pairs: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"名称": name, "件数": many} for name, many in pairs]


def _reasons(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"名称": name, "原因": without_telephone(why)} for name, why in pairs]


def _pieces(text: str, tables: Mapping[str, Table]) -> Iterable[Line | Table]:
    for number, line in enumerate((line.strip() for line in text.splitlines()), 1):
        if line in tables:
            yield tables[line]
        elif line.startswith("【") and line.endswith("】"):
            raise Refusal(f"通报第 {number} 段的{line}没有这个表，可以写{'、'.join(tables)}。")
        elif line.startswith("## "):
            yield Line(line.removeprefix("## "), heading=True)
        elif line:
            yield Line(without_telephone(line))


def _ranking(table: MonthTable) -> Table:
    """The places; where units are ranked in groups, with a column that says in which."""
    heading = "得分" if table.composition == "points" else "名次和"
    ranked = [line for line in table.lines if line.place is not None]
    columns = [
        ("名次", 2, [str(line.place) for line in ranked]),
        ("单位", 6, [line.name for line in ranked]),
        (heading, 3, [written_score(line.score) for line in ranked]),
        ("较上月", 2, [change(line) for line in ranked]),
        ("等次", 4, [f"{line.grade}（点名）" if line.named else line.grade for line in ranked]),
    ]
    if any(line.group for line in ranked):
        columns.insert(0, ("分组", 4, [line.group for line in ranked]))
    headings, widths, cells = zip(*columns, strict=True)
    return Table(headings, list(zip(*cells, strict=True)), widths)


def _counts(heading: str, pairs: Iterable[tuple[str, int]]) -> Table:
    return Table((heading, "件数"), [(name, str(many)) for name, many in pairs], (4, 1))
