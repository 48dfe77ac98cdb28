"""The month's bulletin (通报) as an official paper: rows put into words by data/bulletin/bulletin.txt.

The Office edits that file in place: a line a paragraph, `## ` before a heading, 【排名表】 alone on a line.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rules.privacy import without_telephone
from rules.refusal import Refusal
from rules.workdays import local_day
from services.bulletin_charts import NAMES, Chart, charts
from services.bulletin_pieces import counts_table, figure, numbered, places_table, ranking_table
from services.desk import Work
from services.example_pictures import Example, Pictured
from services.month_table import MonthTable, TownLine
from services.office_templates import SHIPPED, rendered, template_of
from services.order_papers import office_name
from services.papers import Line, Paper, Piece, in_full
from services.problems import Problems, problems
from services.ranking_page import results
from services.ranking_picture import mean
from services.trend import trend

TEMPLATE = SHIPPED / "bulletin.txt"
NONE: Mapping[str, Chart] = {}
MOST = 3
"""So many units are named at either end."""


def bulletin_paper(
    work: Work, table: MonthTable, template: Path | None = None, examples: Sequence[Pictured] = ()
) -> Paper:
    """The bulletin of a frozen month. Raises Refusal, with the line, where the template is wrong."""
    found, months = problems(work, table), trend(work, table, published_only=False)
    drawings = charts(table, found, results(work, table), months)
    drawn: dict[str, Sequence[Piece]] = {
        "【排名表】": [ranking_table(table)],
        "【名次表】": places_table(table, months),
        "【类别表】": [counts_table("类别", found.by_kind)],
        "【单位表】": [counts_table("单位", found.by_town)],
        "【示例】": [piece for example in examples for piece in example.pieces()],
        **{f"【{name}】": figure(drawings.get(key)) for name, key in NAMES.items()},
    }
    text = rendered(template or template_of(work, TEMPLATE.name), facts(table, found, examples, drawings))
    return Paper(
        office=office_name(work), title=f"关于{table.month.name}河湖长制考核情况的通报", number="",
        to="各镇街、开发区", body=list(numbered(_pieces(text, drawn))), on=work.today,
    )  # fmt: skip


def facts(
    table: MonthTable,
    found: Problems,
    examples: Sequence[Pictured] = (),
    drawings: Mapping[str, Chart] = NONE,
) -> dict[str, Any]:
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
        "示例": [example_facts(one.example) for one in examples],
        **_counted(found),
        **{name: drawings[key].title if key in drawings else "" for name, key in NAMES.items()},
    }  # fmt: skip


def _counted(found: Problems) -> dict[str, str]:
    """As of when the problems are counted."""
    if found.counted_at is None:
        return {"统计": "问题件数按生成时统计，本月批准时没有保存。", "截至": ""}
    day = in_full(local_day(found.counted_at))
    return {"统计": f"问题件数截至{day}批准时统计。", "截至": f"截至{day}，"}


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


def example_facts(example: Example) -> dict[str, str]:
    """What a template may say of an example, by Chinese names."""
    return {
        "标题": example.title, "情况": example.facts, "说明": example.words, "类别": example.kind,
        "单位": example.town, "河段": example.water,
    }  # fmt: skip


def _pieces(text: str, drawn: Mapping[str, Sequence[Piece]]) -> Iterable[Piece]:
    for number, line in enumerate((line.strip() for line in text.splitlines()), 1):
        if line in drawn:
            yield from drawn[line]
        elif line.startswith("【") and line.endswith("】"):
            raise Refusal(f"通报第 {number} 段的{line}没有这个表，可以写{'、'.join(drawn)}。")
        elif line.startswith("## "):
            yield Line(line.removeprefix("## "), heading=True)
        elif line:
            yield Line(without_telephone(line))
