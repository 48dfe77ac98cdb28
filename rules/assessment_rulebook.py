"""The rules of the monthly assessment (考核办法): a county's items, points, grades and money, as frozen values.

Source: the assessment rules of the counties and cities named in docs/rules.md, whose numbers differ and are all
settings. The text (TOML) is read by `rules.rulebook_text` and checked by `rules.rulebook_faults`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from rules.months import Month
from rules.refusal import Refusal

SHEET = "sheet:"
"""Sources that a department hands in on the monthly figures sheet are written `sheet:断面达标率`."""
SOURCES: Mapping[str, str] = {
    "rectified_on_time": "按期整改率",
    "verified_first_time": "一次复核通过率",
    "reopened": "重新打开",
    "overdue_across_months": "跨月逾期",
    "first_answer_in_time": "首次答复及时率",
    "satisfaction": "群众满意度",
    "inspection_findings": "检查发现问题",
    "orders_answered": "督办单按期答复率",
    "whistles_helped": "吹哨响应率",
    "admonitions": "约谈",
    "falsified": "虚假整改",
}
"""What the cases, orders and whistles themselves say. The number of reports is not among them, on purpose."""


class Composition(StrEnum):
    """How items make a ranking."""

    POINTS = "points"
    """Points are added; the largest sum is first."""
    PLACES = "places"
    """Each item is ranked, the places are added; the smallest sum is first."""


class ItemKind(StrEnum):
    """What an item does to the score."""

    SCORE = "score"
    """It is part of the hundred."""
    BONUS = "bonus"
    PENALTY = "penalty"
    TRIAL = "trial"
    """Judged and shown with its points, but not counted (试考核，暂不列入总成绩)."""


ON_A_SCALE = (ItemKind.SCORE, ItemKind.TRIAL)
"""Items with points of their own, of which a figure gives a part."""
ON_TRIAL = "（试考核，不计入总分）"


class Spread(StrEnum):
    """Where the weight of an item goes that a unit is not judged by."""

    HEADING = "heading"
    """To the others under the same heading; to all the others where none is left there."""
    ALL = "all"


@dataclass(frozen=True)
class Slope:
    """Full points at one figure, none at the other, in between by the straight line."""

    full: Decimal
    zero: Decimal


@dataclass(frozen=True)
class Each:
    """So many points for each one counted: taken from the item's own, or given or taken outside the hundred."""

    points: Decimal


@dataclass(frozen=True)
class Band:
    """Points for figures from `start` (included) to below `end`; None is without end."""

    start: Decimal | None
    end: Decimal | None
    points: Decimal


Scale = Slope | Each | tuple[Band, ...]
"""How a figure becomes points."""


@dataclass(frozen=True)
class AppliesTo:
    """The units an item is for: all, those with reaches, or those of certain kinds, names or codes."""

    reaches_only: bool = False
    named: frozenset[str] = frozenset()
    """Kinds (镇, 街道), names or codes; empty: all."""

    def covers(self, unit: "Unit") -> bool:
        """Whether the item is for this unit."""
        if self.reaches_only and not unit.has_reaches:
            return False
        return not self.named or unit.is_one_of(self.named)


@dataclass(frozen=True)
class Unit:
    """A unit that is assessed (考核单位), as the registry has it in that month."""

    code: str
    name: str
    kind: str
    position: int
    """Its line in the registry."""
    has_reaches: bool = True

    def is_one_of(self, named: frozenset[str]) -> bool:
        """Whether its kind, name or code is among these."""
        return bool(named & {self.kind, self.name, self.code})


@dataclass(frozen=True)
class Item:
    """One item (考核项目): a source, and what its figure is worth."""

    key: str
    name: str
    source: str
    heading: str = ""
    kind: ItemKind = ItemKind.SCORE
    points: Decimal = Decimal(0)
    """Its weight in the hundred, or what it is worth on trial; 0 for bonus, penalty and where places are added."""
    scale: Scale | None = None
    """None where places are added."""
    floor: Decimal = Decimal(0)
    cap: Decimal | None = None
    """At most so many points (bonus and penalty: given or taken); None: the item's own, or without limit."""
    higher_is_better: bool = True
    applies_to: AppliesTo = AppliesTo()

    @property
    def shown_name(self) -> str:
        """Its name, with the word that it is only on trial."""
        return f"{self.name}{ON_TRIAL}" if self.kind == ItemKind.TRIAL else self.name


@dataclass(frozen=True)
class Grade:
    """A grade (等次) from so many points on."""

    name: str
    least: Decimal | None
    """None: the lowest, without end."""
    fails: bool = False


@dataclass(frozen=True)
class Group:
    """Units ranked apart (分组排名)."""

    name: str
    units: frozenset[str] = frozenset()
    """Kinds, names or codes; empty: all that are in no group before it."""


@dataclass(frozen=True)
class AnnualRule:
    """How the year is made of its months (年度考核)."""

    months: Decimal = Decimal("0.8")
    tasks: Decimal = Decimal("0.2")
    failing_months: int = 0
    """So many failing months in the year name a unit for downgrading (降档); 0: never."""


@dataclass(frozen=True)
class RewardBand:
    """Units from place to place get so many shares (份) of the pool each."""

    first: int
    last: int | None
    shares: Decimal


@dataclass(frozen=True)
class RewardRule:
    """How money follows places (奖补): a pool by bands, or a ladder that sums to zero; of a year or of each month."""

    unit: str
    """元, 万元."""
    smallest: Decimal
    """Sums are whole multiples of this: 0.01 yuan, 1 yuan."""
    pool: Decimal = Decimal(0)
    bands: tuple[RewardBand, ...] = ()
    step: Decimal = Decimal(0)
    """Of a ladder: what each place is apart from the next."""
    by_months: bool = False
    """Reckoned of each month's places and added up over the year; else once, of the year's."""


@dataclass(frozen=True)
class AssessmentRulebook:
    """Everything a month is judged by, in force from a month on."""

    name: str
    in_force_from: Month
    purpose: str
    items: tuple[Item, ...]
    text: str = field(repr=False, compare=False, default="")
    """The TOML it was read from, whole."""
    composition: Composition = Composition.POINTS
    decimals: int = 2
    ceiling: Decimal | None = None
    spread: Spread = Spread.HEADING
    least_judged: Decimal = Decimal(0)
    """Units judged by less than this many points, before spreading, have no place."""
    grades: tuple[Grade, ...] = ()
    named_below: Decimal | None = None
    """Units with fewer points are named (点名)."""
    named_last: int = 0
    """The last so many of each group are named."""
    tie_breaker: str = ""
    """The item that decides between equals: by its place where places are added, by its points otherwise."""
    groups: tuple[Group, ...] = ()
    annual: AnnualRule = AnnualRule()
    rewards: RewardRule | None = None

    @property
    def version(self) -> str:
        """Name and month, as a frozen month keeps it: 北辰区河湖长制月考核办法（自2026年1月起）."""
        return f"{self.name}（自{self.in_force_from.name}起）"

    @property
    def sources(self) -> frozenset[str]:
        """Every source its items read."""
        return frozenset(item.source for item in self.items)

    @property
    def quantum(self) -> Decimal:
        """The smallest step of points: 0.01 for two decimals."""
        return Decimal(1).scaleb(-self.decimals)

    def grade_of(self, score: Decimal) -> Grade | None:
        """The grade of a score; None where the rulebook has no grades."""
        return next((grade for grade in self.grades if grade.least is None or score >= grade.least), None)

    def group_of(self, unit: Unit) -> str | None:
        """The name of the group a unit is ranked in: empty where all are ranked together, None where none fits."""
        if not self.groups:
            return ""
        return next((g.name for g in self.groups if not g.units or unit.is_one_of(g.units)), None)


def in_force(books: Sequence[AssessmentRulebook], month: Month) -> AssessmentRulebook:
    """The rulebook a month is judged by: the newest that began in it or before. Raises Refusal."""
    refuse_rivals(books)
    begun = [book for book in books if book.in_force_from <= month]
    if not begun:
        raise Refusal(f"{month.name}没有可用的考核办法，请在考核办法文件夹里放一份从该月或更早起施行的。")
    return max(begun, key=lambda book: book.in_force_from)


def refuse_rivals(books: Sequence[AssessmentRulebook]) -> None:
    """Raise Refusal where two rulebooks begin in the same month."""
    seen: dict[Month, str] = {}
    for book in books:
        if book.in_force_from in seen:
            raise Refusal(
                f"《{seen[book.in_force_from]}》和《{book.name}》都从{book.in_force_from.name}起施行，"
                "一个月只能按一份考核办法，请改其中一份的 in_force_from。"
            )
        seen[book.in_force_from] = book.name
