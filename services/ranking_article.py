"""The ranking as an article of the official account: the picture, the table, what it may be used for.

Its words lie in data/bulletin/ranking.html, which the Office may edit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from rules.refusal import Refusal
from services.bulletins import facts
from services.month_table import MonthTable, TownLine
from services.office_templates import SHIPPED, rendered
from services.problems import Problems
from services.ranking_picture import ranking_alt, ranking_picture

TEMPLATE = SHIPPED / "ranking.html"
NO_PROBLEMS = Problems((), (), ())
RANKING = "ranking"
PLACE = "picture:{name}"
"""Stands in the article for the address of a picture."""
ROOM = 19_000
"""Characters of the article without its pictures' addresses; the platform takes fewer than 20,000 with them."""
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


def article(
    table: MonthTable, office: str, url: str, found: Problems = NO_PROBLEMS, template: Path = TEMPLATE
) -> Article:
    """The article of this month, its table left to the page where it would be too long for the platform.

    Raises Refusal, with the line, where the template is wrong.
    """
    ranked = [line for line in table.lines if line.place is not None]
    values = {
        **facts(table, found), "table": table, "office": office, "ranked": ranked, "url": url,
        "picture": PLACE.format(name=RANKING), "alt": ranking_alt(table),
        "unranked": [line for line in table.lines if line.place is None and line.unranked],
    }  # fmt: skip
    content = rendered(template, {**values, "whole": True})
    if len(content) > ROOM:
        content = rendered(template, {**values, "whole": False})
    return Article(title(table), digest(ranked), content, {RANKING: ranking_picture(table, office, url)})


def title(table: MonthTable) -> str:
    """2026年10月河湖长制考核排名（第1次更正): never longer than the 32 characters that the platform takes."""
    return table.heading


def digest(ranked: list[TownLine]) -> str:
    """Who is first: what the card in the chat says."""
    first = "、".join(line.name for line in ranked if line.place == 1)
    return f"第一名：{first}"[:120] if first else "本月没有参加排名的单位"


def cover(picture: bytes) -> bytes:
    """The top of the ranking's picture as a cover, a JPEG."""
    width, height = COVER
    with Image.open(BytesIO(picture)) as whole:
        shown = whole.convert("RGB").crop((0, 0, whole.width, whole.width * height // width)).resize(COVER)
    kept = BytesIO()
    shown.save(kept, "JPEG", quality=88)
    return kept.getvalue()
