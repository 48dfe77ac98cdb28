"""Small rulebooks, units and figures for the tests of the assessment's rules."""

from decimal import Decimal
from pathlib import Path

from rules.assessment_rulebook import AssessmentRulebook, Unit
from rules.figures import Cause, Figure
from rules.rulebook_text import read
from rules.scoring import ItemResult, MonthScores, UnitResult

ROOT = Path(__file__).parents[2]
DEFAULT = (ROOT / "data" / "assessment" / "2026-01.toml").read_text("utf-8")
TIANJIN = ROOT / "tests" / "data" / "assessment"
HEAD = 'name = "试"\nin_force_from = "2026-01"\npurpose = "用于通报"\n'

TWO_ITEMS = """
[[items]]
key = "on_time"
name = "按期整改"
heading = "整改"
points = 60
source = "rectified_on_time"
full = 1
zero = 0.5

[[items]]
key = "findings"
name = "检查发现"
points = 40
source = "inspection_findings"
each = 10
applies_to = "reaches"
"""


def book(items: str = TWO_ITEMS, *, top: str = "", tail: str = "") -> AssessmentRulebook:
    """A rulebook of these items; `top` are keys before them, `tail` tables after."""
    return read(HEAD + top + "\n" + items + tail)


def unit(name: str, position: int = 0, *, kind: str = "镇", reaches: bool = True) -> Unit:
    """A unit whose code is its name."""
    return Unit(name, name, kind, position, reaches)


def share(source: str, town: str, good: int, of: int) -> Figure:
    """So many of so many, a case late for each that is missing."""
    return Figure(source, town, Decimal(good), Decimal(of), causes("案件", of - good))


def causes(what: str, many: int) -> tuple[Cause, ...]:
    """So many rows: 案件 1, 案件 2 …"""
    return tuple(Cause(f"case:{n}", f"{what} {n}") for n in range(1, many + 1))


def line(scores: MonthScores, name: str) -> UnitResult:
    """The line of one unit."""
    return next(one for one in scores.units if one.unit.name == name)


def item(scores: MonthScores, name: str, key: str) -> ItemResult:
    """One item of one unit."""
    return next(one for one in line(scores, name).items if one.item.key == key)
