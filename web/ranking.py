"""The public pages of the ranking: a month that was published, each unit's reasons, the picture; nobody's name."""

from datetime import datetime

from flask import Blueprint, Response, make_response, render_template, request

from rules.months import Month
from rules.privacy import without_telephone
from rules.refusal import Refusal
from rules.workdays import local_day
from services import ranking_page, ranking_picture
from services.desk import Desk, Work
from services.month_table import MonthTable
from services.order_papers import office_name
from services.papers import in_full
from services.published_months import published

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


class NotPublished(Refusal):
    """There is no such month, or not for the public, or no such unit in it."""


def ranking_pages(desk: Desk) -> Blueprint:
    """Their four addresses. Access: anybody, and nothing but what was published."""
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
    return render_template(
        "ranking.html",
        table=table,
        office=office_name(work),
        on=_day(table.approved_at),
        months=ranking_page.months(work),
        groups=ranking_page.groups(table),
        items=ranking_page.items(table),
        results=ranking_page.results(work, table),
        alt=ranking_picture.ranking_alt(table),
    )


def _picture(work: Work, table: MonthTable) -> bytes:
    url = work.links.page(f"ranking/{table.month}")
    return ranking_picture.ranking_picture(table, office_name(work), url)


def _day(at: datetime) -> str:
    return in_full(local_day(at))
