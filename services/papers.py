"""An official paper (公文) as a value: what it says, without how it looks; written as .docx or HTML elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rules.workdays import CHINA


@dataclass(frozen=True)
class Line:
    """A paragraph; `heading`: set apart as 一级标题."""

    text: str
    heading: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under headings."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    """Relative widths of the columns."""


@dataclass(frozen=True)
class Figure:
    """A picture within the text, PNG or JPEG."""

    data: bytes
    caption: str
    """Stands under it."""
    alt: str
    """What it shows, for those who do not see it."""


@dataclass(frozen=True)
class Figures:
    """Two pictures side by side, such as before and after."""

    left: Figure
    right: Figure


Piece = Line | Table | Figure | Figures
"""What a paper's text is made of."""


@dataclass(frozen=True)
class Picture:
    """A photograph by the SHA-256 of its original, and what it shows."""

    caption: str
    digest: str


@dataclass(frozen=True)
class Paper:
    """标题、文号、主送、正文、附件、落款、日期、抄送. Layout by 《党政机关公文格式》 GB/T 9704—2012."""

    office: str
    """发文机关."""
    title: str
    number: str
    """发文字号, empty where it has none."""
    to: str
    """主送机关, empty where it goes to nobody in particular."""
    body: Sequence[Piece]
    on: date
    pictures: Sequence[Picture] = ()
    copy_to: str = ""
    """抄送机关."""


def in_full(day: date) -> str:
    """“2026年12月3日”, as official papers are dated. Source: GB/T 9704—2012, 7.3.5.4."""
    return f"{day.year}年{day.month}月{day.day}日"


def minute(at: datetime) -> str:
    """“2026-12-03 09:00” in China time, for tables."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


def moment(at: datetime | None) -> str:
    """“2026年12月3日09时00分” in China time; nothing for None."""
    if at is None:
        return ""
    local = at.astimezone(CHINA)
    return f"{in_full(local.date())}{local:%H}时{local:%M}分"
