"""/healthz: the process lives; /readyz: messages are answered, whether WeChat is up or down."""

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.conversation import Inbound
from services.desk import Desk, Work

HERE = "河哨正在运行。请在微信公众号里使用；照片和经过请从消息中的链接打开。\n"


def health_pages(desk: Desk) -> Blueprint:
    """The two addresses a load balancer asks."""
    pages = Blueprint("health", __name__)

    @pages.get("/")
    def here() -> Response:
        return Response(HERE, mimetype="text/plain")

    @pages.get("/healthz")
    def alive() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @pages.get("/readyz")
    def ready() -> Response:
        try:
            desk.look(_ask)
        except SQLAlchemyError:
            return Response("the database does not answer\n", status=503, mimetype="text/plain")
        return Response("ok\n", mimetype="text/plain")

    return pages


def _ask(work: Work) -> None:
    work.session.scalar(select(Inbound.key).limit(1))
