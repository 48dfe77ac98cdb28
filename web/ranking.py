"""The public pages of the ranking: a month that was published, each unit's reasons, the picture, the photographs
the Office released; nobody's name."""

import logging
from datetime import datetime
from typing import Literal

from flask import Blueprint, Response, make_response, render_template, request

from rules.months import Month
from rules.privacy import without_telephone
from rules.refusal import Refusal
from rules.workdays import local_day
from services import bulletin_charts, example_pictures, problems, ranking_page, ranking_picture
from services.bulletin_charts import CHARTS, Chart
from services.desk import Desk, Work
from services.month_table import MonthTable
from services.order_papers import office_name
from services.papers import in_full
from services.photo_store import PhotoStore, derived_key
from services.published_months import is_shown, published
from services.trend import TrendMonth, trend

log = logging.getLogger("heshao.web")

LARGEST_ID = 2**31 - 1
SECONDS = 60
"""How long others may keep a page: what was withdrawn or corrected must soon say so."""
HEADERS = {
    "Cache-Control": f"public, max-age={SECONDS}",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


NO_CHART = "本月没有这张图。"
NO_PHOTOGRAPH = "没有这张照片，或已经收回。"


class NotPublished(Refusal):
    """There is no such month, or not for the public, or no such unit in it."""


def ranking_pages(desk: Desk, store: PhotoStore) -> Blueprint:
    """Their addresses. Access: anybody, and nothing but what was published."""
    pages = Blueprint("ranking", __name__)

    @pages.get("/ranking")
    def newest() -> str:
        table = desk.look(published)
        if table is None:
            return render_template("ranking_none.html")
        return desk.look(_page, table)

    @pages.get("/ranking/<month>")
    def one(month: str) -> str:
        return desk.look(_page, desk.look(_called, month))

    @pages.get("/ranking/<month>.png")
    def picture(month: str) -> Response:
        answer = Response(desk.look(_picture, desk.look(_called, month)), mimetype="image/png")
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    @pages.get(f"/ranking/<month>/charts/<any({', '.join(CHARTS)}):name>.png")
    def chart(month: str, name: str) -> Response:
        answer = Response(desk.look(_chart, desk.look(_called, month), name), mimetype="image/png")
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    @pages.get(
        f"/ranking/<month>/examples/<int(max={LARGEST_ID}):number>/<any(before, after):which>.jpg",
    )
    def photograph(month: str, number: int, which: Literal["before", "after"]) -> Response:
        digest = desk.look(_photograph, month, number, which)
        try:
            answer = Response(store.read(derived_key(digest, "large")), mimetype="image/jpeg")
        except FileNotFoundError as error:
            raise NotPublished(NO_PHOTOGRAPH) from error
        except OSError:
            log.exception("the store of photographs cannot be read", extra={"event": "store.unread"})
            return Response(status=503, headers={"Retry-After": "30"})
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    @pages.get("/ranking/<month>/<code>")
    def unit(month: str, code: str) -> str:
        table = desk.look(_called, month)
        line = next((line for line in table.lines if line.code == code), None)
        if line is None:
            raise NotPublished(f"{table.month.name}的排名里没有这个单位。")
        return render_template("ranking_unit.html", table=table, line=line, on=_day(table.approved_at))

    @pages.errorhandler(NotPublished)
    def not_published(refusal: Refusal) -> Response:
        return make_response(render_template("gone.html", sentence=str(refusal)), 404)

    @pages.after_request
    def say_how_long(response: Response) -> Response:
        response.headers.update(HEADERS)
        if response.status_code >= 500:
            response.headers["Cache-Control"] = "no-store"
        return response

    for read in (
        ranking_picture.written_score,
        ranking_picture.change,
        ranking_picture.summary,
        without_telephone,
    ):
        pages.add_app_template_filter(read)
    return pages


def _called(work: Work, month: str) -> MonthTable:
    try:
        table = published(work, Month.parse(month))
    except Refusal as refusal:
        raise NotPublished(str(refusal)) from refusal
    if table is None:
        raise NotPublished(f"{month} 的排名还没有发布。")
    return table


def _page(work: Work, table: MonthTable) -> str:
    months = trend(work, table, published_only=True)
    return render_template(
        "ranking.html",
        table=table,
        office=office_name(work),
        on=_day(table.approved_at),
        months=ranking_page.months(work),
        trend=months,
        charts=_charts(work, table, months),
        groups=ranking_page.groups(table),
        items=ranking_page.items(table),
        results=ranking_page.results(work, table),
        alt=ranking_picture.ranking_alt(table),
        examples=example_pictures.shown(work, table),
    )


def _picture(work: Work, table: MonthTable) -> bytes:
    url = work.links.page(f"ranking/{table.month}")
    return ranking_picture.ranking_picture(table, office_name(work), url)


def _charts(work: Work, table: MonthTable, months: tuple[TrendMonth, ...]) -> dict[str, Chart]:
    """What readers see is frozen: problems that were not counted at the approval are not shown here."""
    found = problems.kept(work, table) or problems.NO_PROBLEMS
    return bulletin_charts.charts(table, found, ranking_page.results(work, table), months)


def _chart(work: Work, table: MonthTable, name: str) -> bytes:
    found = _charts(work, table, trend(work, table, published_only=True)).get(name)
    if found is None:
        raise NotPublished(NO_CHART)
    return found.png()


def _photograph(work: Work, said: str, number: int, which: Literal["before", "after"]) -> str:
    """SHA-256 of a photograph that a published month shows; there is none other at any address."""
    try:
        month = Month.parse(said)
    except Refusal as refusal:
        raise NotPublished(str(refusal)) from refusal
    if is_shown(work, month):
        for example in example_pictures.of_month(work, month):
            if example.id == number:
                return example.before if which == "before" else example.after
    raise NotPublished(NO_PHOTOGRAPH)


def _day(at: datetime) -> str:
    return in_full(local_day(at))
