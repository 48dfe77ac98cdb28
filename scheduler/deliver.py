"""Hand over the messages that are owed, each over the first channel that works for its person."""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from bot.consequences import Consequence, consequence, next_try_at
from bot.replies import shortened
from bot.wechat import WeChat, WeChatRefused, WeChatUnreachable
from config import Template
from models.notification import Channel
from services import delivery
from services.delivery import Envelope
from services.desk import Busy, Desk
from services.notifications import WAITS_FOR_WINDOW

log = logging.getLogger("heshao.deliver")

SENDERS = 8
"""Calls to the platform under way at once; no more are leased at a time, so that none waits out its lease."""
SHUT = WAITS_FOR_WINDOW[0]
ENOUGH = timedelta(seconds=35)
"""What must be left of a lease before a message is handed over: a token and a call take no longer."""


@dataclass(frozen=True)
class Wording:
    """How a message is worded; handlers/notices.py fills it."""

    sentence: Callable[[Envelope, str], str]
    keywords: Callable[[Envelope, Mapping[str, str], datetime], dict[str, str]]
    link: Callable[[Envelope], str]


@dataclass(frozen=True)
class Postman:
    """Everything a delivery needs."""

    desk: Desk
    wechat: WeChat
    templates: Mapping[str, Template]
    wording: Wording
    wall: Callable[[], datetime] | None = None
    """The real time, where the desk is told another (`flask jobs run … --at`)."""
    pause_seconds: float = 0.5
    """Between two tries to write down what the platform has taken."""

    def real_time(self) -> datetime:
        """By which leases are held."""
        return (self.wall or self.desk.clock)()


def deliver(postman: Postman, batches: int = 1000) -> int:
    """Deliver whatever is due now; returns how many messages were taken up.

    The next are leased while the last are under way, so that the senders do not wait for the database.
    """
    taken = 0
    under_way: list[Future[None]] = []
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="deliver") as senders:
        for _ in range(batches):
            envelopes = postman.desk.do(delivery.lease, SENDERS, postman.real_time())
            wait(under_way)
            if not envelopes and not under_way:
                break  # else what was under way may have made something due
            under_way = [senders.submit(_deliver_one, postman, envelope) for envelope in envelopes]
            taken += len(envelopes)
    return taken


def _deliver_one(postman: Postman, envelope: Envelope) -> None:
    """Try the channels in order; write down what became of it. Nothing escapes: the lease runs out anyway.

    One that has waited long behind others is left alone: its lease runs out, and somebody else may have it.
    """
    try:
        if envelope.leased_until - postman.real_time() >= ENOUGH:
            _over_the_channels(postman, envelope)
    except Exception:
        log.exception(
            "notification %s could not be settled; it is taken up again in a minute", envelope.id,
            extra={"event": "notification.unsettled"},
        )  # fmt: skip


def _over_the_channels(postman: Postman, envelope: Envelope) -> None:
    if envelope.openid is None:
        _undeliverable(postman, envelope, None, "本人没有绑定微信，或已取消关注")
        return
    link = postman.wording.link(envelope)
    template = postman.templates.get(envelope.notice.value)
    failed: WeChatRefused | None = None
    if template is not None:
        outcome = _by_template(postman, envelope, template, link)
        if not isinstance(outcome, WeChatRefused):
            return
        failed = outcome
    if not _may_be_written_to(postman, envelope):
        if failed is not None:
            # with our code for a shut window: once the person speaks, it is owed again
            _undeliverable(postman, envelope, SHUT, consequence(failed.code).sentence)
        else:
            _undeliverable(postman, envelope, SHUT, "本人 48 小时内没有与公众号互动，无法发客服消息")
        return
    _by_customer_service(postman, envelope, link)


def _may_be_written_to(postman: Postman, envelope: Envelope) -> bool:
    """The platform's window closes by the real time, also where a job runs as if it were later (`--at`)."""
    until = envelope.window_until
    return envelope.window_open or (until is not None and until > postman.real_time())


def _by_template(postman: Postman, envelope: Envelope, template: Template, link: str) -> WeChatRefused | None:
    """None when settled (sent, or to be tried later); the refusal when the next channel should be tried."""
    fields = {str(what): keyword for what, keyword in template.fields.items()}
    data = postman.wording.keywords(envelope, fields, postman.desk.clock())
    openid = envelope.openid or ""
    try:
        if template.kind == "subscribe":
            postman.wechat.send_subscribe(openid, template.id, data, page=template.page or link)
            channel, platform_id = Channel.SUBSCRIBE, ""
        else:
            platform_id = postman.wechat.send_template(
                openid, template.id, data, url=link, page=template.page, client_msg_id=f"heshao-{envelope.id}"
            )
            channel = Channel.TEMPLATE
    except WeChatRefused as refusal:
        return refusal if _refused(postman, envelope, refusal, last=False) else None
    except WeChatUnreachable as trouble:
        postman.desk.do(delivery.not_yet, envelope, None, str(trouble))
        return None
    _taken(postman, envelope, channel, platform_id)
    return None


def _by_customer_service(postman: Postman, envelope: Envelope, link: str) -> None:
    text = shortened(postman.wording.sentence(envelope, link))
    try:
        postman.wechat.send_text(envelope.openid or "", text)
    except WeChatRefused as refusal:
        if refusal.code in WAITS_FOR_WINDOW and not postman.desk.do(delivery.window_closed, envelope):
            postman.desk.do(delivery.not_yet, envelope, refusal.code, "刚又有互动，稍后再发")
            return
        _refused(postman, envelope, refusal, last=True)
        return
    except WeChatUnreachable as trouble:
        postman.desk.do(delivery.not_yet, envelope, None, str(trouble))
        return
    _taken(postman, envelope, Channel.CUSTOMER_SERVICE, "")


def _taken(postman: Postman, envelope: Envelope, channel: Channel, platform_id: str) -> None:
    """The platform has taken it: a database that is away or busy must not make us send it again.

    Tried for as long as the lease holds, while nobody else sends it.
    """
    left = envelope.leased_until - postman.real_time()
    give_up = time.monotonic() + left.total_seconds() - 1
    while True:
        try:
            postman.desk.do(delivery.sent, envelope, channel, platform_id)
            return
        except (DBAPIError, Busy):
            if time.monotonic() > give_up:
                raise
            log.warning("notification %s was taken and cannot be written down yet", envelope.id)
            time.sleep(postman.pause_seconds)


def _refused(postman: Postman, envelope: Envelope, refusal: WeChatRefused, *, last: bool) -> bool:
    """Do what the platform's code asks for; returns whether another channel should be tried."""
    what = consequence(refusal.code)
    if what.tell_operator:
        log.error(
            "notification %s: %s %s", envelope.id, refusal.code, what.sentence,
            extra={"event": "notification.refused", "code": refusal.code},
        )  # fmt: skip
    if what.kind is Consequence.TRY_LATER:
        at = next_try_at(refusal.code, postman.desk.clock())
        postman.desk.do(delivery.not_yet, envelope, refusal.code, what.sentence, at)
        return False
    if what.kind is Consequence.NEXT_CHANNEL and not last:
        log.warning(
            "notification %s: %s %s", envelope.id, refusal.code, what.sentence,
            extra={"event": "notification.next_channel", "code": refusal.code},
        )  # fmt: skip
        return True
    _undeliverable(postman, envelope, refusal.code, what.sentence)
    return False


def _undeliverable(postman: Postman, envelope: Envelope, code: int | None, reason: str) -> None:
    postman.desk.do(delivery.undeliverable, envelope, code, reason)
