"""The door of the official account: /wechat, as the platform calls it.

Not a page of the web framework: every message passes here, and routing, contexts and request objects would cost
more than all that has to be done. web/door.py brings the pushes, all that wait together.
"""

import logging
from collections.abc import Iterable, Sequence
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
    MassResult,
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
ALWAYS_TAKEN = (Unfollow, TemplateResult, SubscriptionAnswers, PublishResult, MassResult)
"""The platform's own words, and the wish to be forgotten: never too many."""

Response = tuple[str, str, bytes]
"""Status line, media type, body."""


@dataclass(frozen=True, slots=True)
class Post:
    """A push as it came: the query and the body of a POST to /wechat."""

    query: str
    body: bytes
    late: bool = False
    """It has waited so long that nobody would hear the answer: it is not taken, and the person told so."""


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
        query = environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] != "POST":
            return self.verify(environ["REQUEST_METHOD"], query)
        try:
            body = get_input_stream(environ, max_content_length=LIMIT_BYTES + 1).read()
        except HTTPException as wrong:  # too large, or the caller went away
            return _refused(wrong, f"{wrong.code} {wrong.name}")
        return self.answer_all([Post(query, body)])[0]

    def verify(self, method: str, query: str) -> Response:
        """What is answered when the platform asks whether this address is ours."""
        if method not in ("GET", "HEAD"):
            return "405 Method Not Allowed", "text/plain", b""
        try:
            return _plain(self._door.verify_url(_arguments(query)))
        except Forged as forged:
            return _refused(forged, "403 Forbidden")

    def answer_all(self, posts: Sequence[Post]) -> list[Response]:
        """An answer to each, in their order; what one of them is about never touches another. Raises nothing."""
        now = self._desk.clock()
        pushes = [_Push(self._door, self._pace, post, now) for post in posts]
        outcomes = self._desk.do_prepared_each(
            [push.open for push in pushes], self._dispatcher.answer, standing.look_ahead
        )
        return [self._say(push, outcome) for push, outcome in zip(pushes, outcomes, strict=True)]

    def _say(self, push: "_Push", outcome: Answer | Exception) -> Response:
        try:
            if isinstance(outcome, _TooMany):
                outcome = self._too_many(outcome.message)
            if isinstance(outcome, Answer):
                return self._reply(push, outcome.reply, outcome.at)
            if isinstance(outcome, Forged):
                return _refused(outcome, "403 Forbidden")
            if isinstance(outcome, Malformed):
                return _refused(outcome, "400 Bad Request")
            if isinstance(outcome, _NothingToSay):
                return _plain(replies.SUCCESS)
            # the whole was undone: say that it was not stored, whatever the fault
            log.error("a message could not be answered", exc_info=outcome, extra={"event": "message.failed"})
            return self._not_taken(push)
        except Exception:
            log.exception("an answer could not be given", extra={"event": "message.failed"})
            return "503 Service Unavailable", "text/plain", b""

    def _not_taken(self, push: "_Push") -> Response:
        """A person is told so and sends it again; the platform's own words are sent again by the platform."""
        message, _ = push.opened or push.open_now()
        if isinstance(message.said, NEEDS_NO_ANSWER):
            return _plain(replies.SUCCESS)
        if isinstance(message.said, ALWAYS_TAKEN):
            return "503 Service Unavailable", "text/plain", b""
        return self._reply(push, self._sentences.busy, self._desk.clock())

    def _too_many(self, message: Message) -> Answer:
        """It may be one we have answered and the platform sends again."""
        _, earlier = self._desk.look(standing.find, message.openid, message.key)
        return earlier or Answer(self._sentences.too_many, self._desk.clock())

    def _reply(self, push: "_Push", text: str, at: datetime) -> Response:
        message, opened = push.opened or push.open_now()
        reply = replies.reply_to(message, text, at)
        sealed = self._door.seal(reply, opened, self._desk.clock(), self._random)
        return "200 OK", "text/plain" if reply == replies.SUCCESS else "application/xml", sealed


class _NothingToSay(Exception):
    """An event of the platform's that nobody waits for an answer to."""


class _Late(Exception):
    """Its turn has come too late: the platform no longer waits, and sends it again."""


class _TooMany(Exception):
    """One person's messages come faster than anybody means them."""

    def __init__(self, message: Message) -> None:
        super().__init__("too many messages of one person")
        self.message = message


class _Push:
    """One push, opened when its turn comes."""

    def __init__(self, door: Door, pace: Pace, post: Post, now: datetime) -> None:
        self._door, self._pace, self._post, self._now = door, pace, post, now
        self.opened: tuple[Message, Opened] | None = None

    def open(self) -> Message:
        """The message. Raises Forged, Malformed, that there is nothing to say to it, that it is too many or late."""
        message, _ = self.open_now()
        if self._post.late:
            raise _Late
        if isinstance(message.said, NEEDS_NO_ANSWER):
            raise _NothingToSay
        if not isinstance(message.said, ALWAYS_TAKEN) and not self._pace.admits(message.openid, self._now):
            raise _TooMany(message)
        return message

    def open_now(self) -> tuple[Message, Opened]:
        """The message and how it was sealed. Raises Forged or Malformed."""
        opened = self._door.open(_arguments(self._post.query), self._post.body, self._now)
        self.opened = parse(opened.plaintext), opened
        return self.opened


def _arguments(query: str) -> dict[str, str]:
    """The first of several values of one name counts."""
    if "%" in query or "+" in query:
        return dict(reversed(parse_qsl(query, keep_blank_values=True)))
    return {name: value for name, _, value in (part.partition("=") for part in reversed(query.split("&")))}


def _plain(text: str) -> Response:
    return "200 OK", "text/plain", text.encode()


def _refused(why: Exception, status: str) -> Response:
    log.warning("refused: %s", why, extra={"event": "message.refused"})
    return status, "text/plain", b""
