"""The door of the official account: /wechat, as the platform calls it."""

import logging
from random import Random

from flask import Blueprint, Response, request

from bot import replies
from bot.cipher import Door, Forged, Opened
from bot.conversation import Dispatcher
from bot.messages import Malformed, Message, UnknownEvent, View, parse
from services.desk import Desk

log = logging.getLogger("heshao.webhook")

NEEDS_NO_ANSWER = (UnknownEvent, View)


def webhook(door: Door, desk: Desk, dispatcher: Dispatcher, random: Random, busy: str) -> Blueprint:
    """GET verifies the address, POST takes a message; nothing slow happens here.

    `busy` is said when a message could not be stored: it then was not, and the reporter is told so.
    """
    pages = Blueprint("wechat", __name__)

    @pages.get("/wechat")
    def verify() -> Response:
        try:
            return _plain(door.verify_url(request.args))
        except Forged as forged:
            return _refused(forged, 403)

    @pages.post("/wechat")
    def take() -> Response:
        now = desk.clock()
        try:
            opened = door.open(request.args, request.get_data(cache=False), now)
            message = parse(opened.plaintext)
        except Forged as forged:
            return _refused(forged, 403)
        except Malformed as malformed:
            return _refused(malformed, 400)
        if isinstance(message.said, NEEDS_NO_ANSWER):
            return _plain(replies.SUCCESS)
        return _answer(message, opened)

    def _answer(message: Message, opened: Opened) -> Response:
        try:
            inbound = desk.do(dispatcher.answer, message)
            text, at = inbound.reply, inbound.at
        except Exception:  # the whole was undone: say that it was not stored, whatever the fault
            log.exception("a message could not be answered")
            text, at = busy, desk.clock()
        body = replies.text_reply(message, text, at)
        return Response(door.seal(body, opened, desk.clock(), random), mimetype=_mime(body))

    return pages


def _mime(body: str) -> str:
    return "text/plain" if body in ("", replies.SUCCESS) else "application/xml"


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")


def _refused(why: Exception, status: int) -> Response:
    log.warning("refused: %s", why)
    return Response("", status=status, mimetype="text/plain")
