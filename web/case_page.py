"""The page behind a signed link: photographs before and after, for whoever was given it and nobody else."""

import logging
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request

from rules.refusal import Refusal
from rules.workdays import CHINA
from services.case_access import NO_PAGE, NO_PHOTO, LinkDead, NothingThere, look_at_picture
from services.case_sheet import look_at_case
from services.desk import Desk
from services.links import CaseLink, LinkSigner
from services.photo_store import PhotoStore, Size, derived_key

log = logging.getLogger("heshao.web")

HERE = Path(__file__).parent
MOST = 2**31 - 1
"""The largest id a table may have; a larger one in an address is nobody's."""
HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'none'; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


def case_pages(desk: Desk, store: PhotoStore, signer: LinkSigner) -> Blueprint:
    """The two addresses of a case: its page and its photographs. Access is the link itself."""
    pages = Blueprint(
        "case_page",
        __name__,
        template_folder=str(HERE / "templates"),
        static_folder=str(HERE / "static"),
        static_url_path="/assets",
    )

    def genuine(token: str) -> CaseLink:
        link = signer.read(token)
        if link is None:
            raise NothingThere(NO_PAGE)
        return link

    @pages.get("/c/<token>")
    def show_case(token: str) -> str:
        return render_template("case.html", sheet=desk.do(look_at_case, genuine(token)), token=token)

    @pages.get(f"/c/<token>/<int(max={MOST}):evidence_id>/<any(large, small):size>.jpg")
    def show_picture(token: str, evidence_id: int, size: Size) -> Response:
        digest = desk.do(look_at_picture, genuine(token), evidence_id, size)
        try:
            return Response(store.read(derived_key(digest, size)), mimetype="image/jpeg")
        except FileNotFoundError as error:
            raise NothingThere(NO_PHOTO) from error
        except OSError:
            log.exception("the store of photographs cannot be read", extra={"event": "store.unread"})
            return Response(status=503, headers={"Retry-After": "30"})

    @pages.errorhandler(LinkDead)
    def link_dead(refusal: Refusal) -> Response:
        return make_response(render_template("gone.html", sentence=str(refusal)), 410)

    @pages.errorhandler(NothingThere)
    def nothing_there(refusal: Refusal) -> Response:
        return make_response(render_template("gone.html", sentence=str(refusal)), 404)

    @pages.after_request
    def keep_private(response: Response) -> Response:
        is_asset = request.endpoint == "case_page.static"
        response.headers.update({**HEADERS, "Cache-Control": "public, max-age=3600"} if is_asset else HEADERS)
        return response

    pages.add_app_template_filter(in_china, "in_china")
    return pages


def in_china(moment: datetime) -> str:
    """A moment as people in China read it."""
    local = moment.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
