"""The door of the official account: /wechat, as the platform calls it.

A WSGI application of its own: every message passes here, and routing, contexts and request objects of a web
framework would cost more than all that has to be done.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_input_stream

from bot import replies
from bot.cipher import Door, Forged, Opened
from bot.conversation import Dispatcher
from bot.messages import (
    Malformed,
    Message,
    PublishResult,
    SubscriptionAnswers,
    TemplateResult,
    Unfollow,
    UnknownEvent,
    View,
    parse,
)
from bot.pace import Pace
from bot.tree import LIMIT_BYTES
from services import standing
from services.desk import Desk
from services.standing import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("heshao.webhook")

PATH = "/wechat"
NEEDS_NO_ANSWER = (UnknownEvent, View)
ALWAYS_TAKEN = (Unfollow, TemplateResult, SubscriptionAnswers, PublishResult)
"""The platform's own words, and the wish to be forgotten: never too many."""

Response = tuple[str, str, bytes]
"""Status line, media type, body."""


@dataclass(frozen=True)
class Sentences:
    """What this door itself says; handlers/texts.py has the words."""

    busy: str
    """A message could not be stored: it then was not, and the reporter is told so."""
    too_many: str
    """A message was not taken because one person sent too many."""


class Webhook:
    """GET verifies the address, POST takes a message; nothing slow happens here."""

    def __init__(
        self, door: Door, desk: Desk, dispatcher: Dispatcher, random: Random, pace: Pace, sentences: Sentences
    ) -> None:
        self._door = door
        self._desk = desk
        self._dispatcher = dispatcher
        self._random = random
        self._pace = pace
        self._sentences = sentences

    def before(self, others: "WSGIApplication") -> "WSGIApplication":
        """An application that answers /wechat here and everything else there."""

        def application(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
            return (self if environ["PATH_INFO"] == PATH else others)(environ, start)

        return application

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        environ["heshao.route"] = PATH
        status, media_type, body = self._respond(environ)
        kind = f"{media_type}; charset=utf-8"
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    def _respond(self, environ: "WSGIEnvironment") -> Response:
        # the first of several values of one name counts
        args = dict(reversed(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)))
        try:
            if environ["REQUEST_METHOD"] == "POST":
                body = get_input_stream(environ, max_content_length=LIMIT_BYTES + 1).read()
                return self._take(args, body)
            if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
                return _plain(self._door.verify_url(args))
        except Forged as forged:
            return _refused(forged, "403 Forbidden")
        except Malformed as malformed:
            return _refused(malformed, "400 Bad Request")
        except HTTPException as wrong:  # too large, or the caller went away
            return _refused(wrong, f"{wrong.code} {wrong.name}")
        return "405 Method Not Allowed", "text/plain", b""

    def _take(self, args: dict[str, str], body: bytes) -> Response:
        push = _Push(self._door, self._pace, args, body, self._desk.clock())
        try:
            answer = self._answer(push)
        except _NothingToSay:
            return _plain(replies.SUCCESS)
        except (Forged, Malformed):
            raise
        except Exception:  # the whole was undone: say that it was not stored, whatever the fault
            log.exception("a message could not be answered", extra={"event": "message.failed"})
            return self._not_taken(push)
        return self._reply(push, answer.reply, answer.at)

    def _not_taken(self, push: "_Push") -> Response:
        """A person is told so and sends it again; the platform's own words are sent again by the platform."""
        message, _ = push.opened or push.open_now()
        if isinstance(message.said, NEEDS_NO_ANSWER):
            return _plain(replies.SUCCESS)
        if isinstance(message.said, ALWAYS_TAKEN):
            return "503 Service Unavailable", "text/plain", b""
        return self._reply(push, self._sentences.busy, self._desk.clock())

    def _answer(self, push: "_Push") -> Answer:
        try:
            return self._desk.do_prepared(push.open, self._dispatcher.answer)
        except _TooMany as too_many:  # it may be one we have answered and the platform sends again
            message = too_many.message
            _, earlier = self._desk.look(standing.find, message.openid, message.key)
            return earlier or Answer(self._sentences.too_many, self._desk.clock())

    def _reply(self, push: "_Push", text: str, at: datetime) -> Response:
        message, opened = push.opened or push.open_now()
        reply = replies.text_reply(message, text, at)
        sealed = self._door.seal(reply, opened, self._desk.clock(), self._random)
        return "200 OK", "text/plain" if reply == replies.SUCCESS else "application/xml", sealed


class _NothingToSay(Exception):
    """An event of the platform's that nobody waits for an answer to."""


class _TooMany(Exception):
    """One person's messages come faster than anybody means them."""

    def __init__(self, message: Message) -> None:
        super().__init__("too many messages of one person")
        self.message = message


class _Push:
    """One push, opened when its turn comes."""

    def __init__(self, door: Door, pace: Pace, args: dict[str, str], body: bytes, now: datetime) -> None:
        self._door, self._pace, self._args, self._body, self._now = door, pace, args, body, now
        self.opened: tuple[Message, Opened] | None = None

    def open(self) -> Message:
        """The message. Raises Forged, Malformed, that there is nothing to say to it, or that it is too many."""
        message, _ = self.open_now()
        if isinstance(message.said, NEEDS_NO_ANSWER):
            raise _NothingToSay
        if not isinstance(message.said, ALWAYS_TAKEN) and not self._pace.admits(message.openid, self._now):
            raise _TooMany(message)
        return message

    def open_now(self) -> tuple[Message, Opened]:
        """The message and how it was sealed. Raises Forged or Malformed."""
        opened = self._door.open(self._args, self._body, self._now)
        self.opened = parse(opened.plaintext), opened
        return self.opened


def _plain(text: str) -> Response:
    return "200 OK", "text/plain", text.encode()


def _refused(why: Exception, status: str) -> Response:
    log.warning("refused: %s", why, extra={"event": "message.refused"})
    return status, "text/plain", b""
