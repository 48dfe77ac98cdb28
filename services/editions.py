"""An edition: a frozen month as it goes to the platform – article, pictures, cover, and the picture for the chat."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.assessment import MonthlyAssessment
from rules.months import Month
from rules.refusal import Refusal
from services import (
    assessment_rows,
    bulletin_charts,
    example_pictures,
    order_papers,
    published_months,
    ranking_article,
    ranking_news,
)
from services.desk import Desk, Work
from services.month_table import for_everybody
from services.office_templates import template_of
from services.problems import problems

PICTURE_BYTES = 1_000_000
"""The platform takes a picture of an article only below 1 MB."""
TITLE, DIGEST, CONTENT = 32, 128, 20_000
"""Characters of a title, of a digest, of an article's HTML."""
Read = Callable[[str], bytes | None]
"""The photo of this digest, where it is there."""


@dataclass(frozen=True)
class Edition:
    """Everything of it, in values."""

    title: str
    digest: str
    pictures: Mapping[str, bytes]
    content_with: Callable[[Mapping[str, str]], str]
    """The article's HTML, given each picture's address by its name."""
    cover: bytes
    ranking: bytes
    """The picture of the ranking, as the chat shows it."""
    source_url: str


def made(desk: Desk, assessment_id: int, read: Read) -> Edition:
    """The edition of this frozen month as `compose` makes it, its photographs read before and outside of it."""
    month = desk.look(_month_of, assessment_id)
    return desk.look(compose, assessment_id, example_pictures.read_ahead(desk, month, read))


def _month_of(work: Work, assessment_id: int) -> Month:
    return Month.parse(work.session.get_one(MonthlyAssessment, assessment_id).month)


def compose(work: Work, assessment_id: int, read: Read) -> Edition:
    """The edition of this frozen month, the same however often it is made. Raises Refusal where the platform would
    not take it. `read` gives the photos that an article shows."""
    assessment = work.session.get_one(MonthlyAssessment, assessment_id)
    withdrawn = published_months.withdrawn_because(work, assessment)
    table = for_everybody(assessment_rows.table_of(work, assessment, withdrawn))
    office, url = order_papers.office_name(work), ranking_news.page_url(work, table.month)
    found, template = problems(work, table), template_of(work, "ranking.html")
    examples = example_pictures.pictured(example_pictures.shown(work, table), read)
    drawings = bulletin_charts.charts_for_readers(work, table, found)
    article = ranking_article.article(table, office, url, found, template, examples, drawings)
    ranking = article.pictures[ranking_article.RANKING]
    edition = Edition(
        article.title, article.digest, article.pictures, article.with_addresses, ranking_article.cover(ranking),
        ranking, url,
    )  # fmt: skip
    check(edition)
    return edition


def check(edition: Edition) -> None:
    """Within the platform's limits, or a Refusal that says which one, and what to do."""
    for name, content in {**edition.pictures, "封面": edition.cover, "排名图": edition.ranking}.items():
        if len(content) >= PICTURE_BYTES:
            raise Refusal(
                f"图片“{name}”有 {len(content) / 1_000_000:.2f} MB，平台只收 1 MB 以下的图片。"
                "请换一张小些的照片（或少选一张），再发布。"
            )
    for what, text, limit in (("标题", edition.title, TITLE), ("摘要", edition.digest, DIGEST)):
        if len(text) > limit:
            raise Refusal(
                f"文章{what}有 {len(text)} 个字，平台最多 {limit} 个字。请改短通报模板里的{what}，再发布。"
            )


def check_content(content: str) -> str:
    """The article's HTML, or a Refusal where it is too long."""
    if len(content) >= CONTENT:
        raise Refusal(
            f"文章正文有 {len(content)} 个字符，平台要求少于 {CONTENT} 个。请删减通报模板里的段落，再发布。"
        )
    return content


def digest_of(content: bytes) -> str:
    """By what a picture is known: drawn again it is not uploaded again."""
    return hashlib.sha256(content).hexdigest()
