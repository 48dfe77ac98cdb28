"""The ranking as an article of the official account: the picture, the table, what it may be used for.

Its words lie in data/bulletin/ranking.html, which the Office may edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from PIL import Image

from rules.refusal import Refusal
from services.month_table import MonthTable, TownLine
from services.ranking_picture import ranking_alt, ranking_picture

TEMPLATES = Path(__file__).parent.parent / "data" / "bulletin"
RANKING = "ranking"
PLACE = "picture:{name}"
"""Stands in the article for the address of a picture."""
MOST_NAMED = 3
COVER = (900, 383)
"""Width and height in which the platform shows a cover (2.35:1)."""


@dataclass(frozen=True)
class Article:
    """An article, its pictures still without addresses."""

    title: str
    digest: str
    content: str
    pictures: Mapping[str, bytes]

    def with_addresses(self, urls: Mapping[str, str]) -> str:
        """Its HTML with each picture's address. Raises Refusal where one is missing."""
        content = self.content
        for name in self.pictures:
            if not urls.get(name):
                raise Refusal(f"文章里的图片“{name}”还没有上传，请稍后再发布。")
            content = content.replace(PLACE.format(name=name), urls[name])
        return content


def article(table: MonthTable, office: str, url: str) -> Article:
    """The article of this month."""
    ranked = [line for line in table.lines if line.place is not None]
    content = template().render(
        table=table, office=office, ranked=ranked, picture=PLACE.format(name=RANKING), alt=ranking_alt(table),
        unranked=[line for line in table.lines if line.place is None and line.unranked],
        named=[line for line in ranked if line.named], gained=_gained(ranked),
    )  # fmt: skip
    return Article(title(table), digest(ranked), content, {RANKING: ranking_picture(table, office, url)})


@cache
def template() -> Template:
    """The article's words, every value escaped, every missing one an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("ranking.html")


def title(table: MonthTable) -> str:
    """2026年10月河湖长制考核排名（第1次更正): never longer than the 32 characters that the platform takes."""
    return table.heading


def digest(ranked: list[TownLine]) -> str:
    """Who is first: what the card in the chat says."""
    first = "、".join(line.name for line in ranked if line.place == 1)
    return f"第一名：{first}"[:120] if first else "本月没有参加排名的单位"


def _gained(ranked: list[TownLine]) -> list[TownLine]:
    """Those that moved up most, at most three."""
    up = [line for line in ranked if _places_up(line) > 0]
    return sorted(up, key=_places_up, reverse=True)[:MOST_NAMED]


def _places_up(line: TownLine) -> int:
    return (line.previous_place or 0) - (line.place or 0) if line.previous_place else 0


def cover(picture: bytes) -> bytes:
    """The top of the ranking's picture as a cover, a JPEG."""
    width, height = COVER
    with Image.open(BytesIO(picture)) as whole:
        shown = whole.convert("RGB").crop((0, 0, whole.width, whole.width * height // width)).resize(COVER)
    kept = BytesIO()
    shown.save(kept, "JPEG", quality=88)
    return kept.getvalue()
