"""The ranking as an article of the official account: the picture, the table, what it may be used for.

Its words lie in data/bulletin/ranking.html, which the Office may edit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from rules.refusal import Refusal
from services.bulletin_charts import NAMES, Chart
from services.bulletins import NONE, example_facts, facts
from services.example_pictures import Pictured
from services.month_table import MonthTable, TownLine
from services.office_templates import SHIPPED, rendered
from services.problems import NO_PROBLEMS, Problems
from services.ranking_picture import ranking_alt, ranking_picture

TEMPLATE = SHIPPED / "ranking.html"
RANKING = "ranking"
PLACE = "picture:{name}"
"""Stands in the article for the address of a picture."""
ROOM = 19_000
"""Characters of the article without its pictures' addresses; the platform takes fewer than 20,000 with them."""
ADDRESS = 250
"""So many an address takes at most."""
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
    table: MonthTable,
    office: str,
    url: str,
    found: Problems = NO_PROBLEMS,
    template: Path = TEMPLATE,
    examples: Sequence[Pictured] = (),
    drawings: Mapping[str, Chart] = NONE,
) -> Article:
    """The article of this month, its table left to the page where it would be too long for the platform.

    Raises Refusal, with the line, where the template is wrong.
    """
    ranked = [line for line in table.lines if line.place is not None]
    values = {
        **facts(table, found, examples, drawings), "table": table, "office": office, "ranked": ranked, "url": url,
        "picture": PLACE.format(name=RANKING), "alt": ranking_alt(table),
        "unranked": [line for line in table.lines if line.place is None and line.unranked],
        "示例": [_with_places(number, one) for number, one in enumerate(examples, 1)],
        **{name: _drawn(key, drawings.get(key)) for name, key in NAMES.items()},
    }  # fmt: skip
    content = rendered(template, {**values, "whole": True})
    if _length(content) > ROOM:
        content = rendered(template, {**values, "whole": False})
    photographs = _photographs(examples).items()
    shown = {name: data for name, data in photographs if PLACE.format(name=name) in content}
    shown |= {name: one.png() for name, one in drawings.items() if PLACE.format(name=name) in content}
    pictures = {RANKING: ranking_picture(table, office, url), **shown}
    return Article(title(table), digest(ranked), content, pictures)


def _length(content: str) -> int:
    """Its characters, with the addresses of all pictures but one."""
    return len(content) + ADDRESS * max(content.count(PLACE.format(name="")) - 1, 0)


def _drawn(name: str, chart: Chart | None) -> dict[str, str]:
    """A chart as the template says it; empty where there is none."""
    if chart is None:
        return {}
    return {"标题": chart.title, "地址": PLACE.format(name=name), "说明": chart.alt}


def _photographs(examples: Sequence[Pictured]) -> dict[str, bytes]:
    """By their names in the article: example1_before, example1_after …"""
    found: dict[str, bytes] = {}
    for number, one in enumerate(examples, 1):
        found |= {f"example{number}_before": one.before, f"example{number}_after": one.after}
    return found


def _with_places(number: int, one: Pictured) -> dict[str, str]:
    """An example as the template says it, with the places of its photographs and what stands for them in words."""
    before, after = (PLACE.format(name=f"example{number}_{which}") for which in ("before", "after"))
    alts = {"前图文字": one.example.before_alt, "后图文字": one.example.after_alt}
    return {**example_facts(one.example), "前图": before, "后图": after, **alts}


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
