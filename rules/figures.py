"""A figure (指标值): what one source says of one town in one month, with the rows it rests on."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Cause:
    """One row that counts against a town in a figure."""

    key: str
    """What it is: `case:2026-0012`, `order:〔2026〕3号`, `sheet:2026-10/2:断面达标率`."""
    sentence: str
    """In words, without points: 案件 2026-0012 逾期 3 个工作日."""
    weight: Decimal = Decimal(1)
    """How much of the figure it is: 1 for a case late in a share; 2 where it counts twice (跨月加倍)."""


@dataclass(frozen=True)
class Figure:
    """A share (numerator ÷ denominator) or a plain figure (no denominator) of one unit.

    A denominator of 0 says there was nothing to be judged by: the item's weight is spread over the unit's
    others. `suspended`: the source has no data, and why; no number is read then.
    """

    source: str
    town: str
    """The unit's code (镇街编码)."""
    numerator: Decimal = Decimal(0)
    denominator: Decimal | None = None
    causes: tuple[Cause, ...] = ()
    basis: str = ""
    """The paper behind it (依据), or how it was counted."""
    suspended: str = ""

    @property
    def is_judged(self) -> bool:
        """Whether there is a number to judge by."""
        return not self.suspended and self.denominator != 0
