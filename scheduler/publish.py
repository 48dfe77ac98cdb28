"""Each minute: what is due is wanted, and every publication on its way goes one step further.

One step a transaction, the network outside of it, each answer written down before the next step: a process that
dies anywhere leaves a lease that runs out, and what was asked for without an answer is found out before it is asked
for again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import printing
from bot.press import GONE, SENT_BEFORE, Press
from bot.verdicts import in_words, setback
from bot.wechat import WeChat, WeChatRefused, WeChatUnreachable
from rules import publishing
from rules.publishing import Became, Outcome
from rules.refusal import Refusal
from services import editions, press_errands, press_steps, publication_days
from services.desk import Desk, Work
from services.editions import Edition
from services.press_errands import Errand, Step

log = logging.getLogger("heshao.publish")

MOST_STEPS = 200
"""A run ends after so many; what is left is found by the next."""


@dataclass(frozen=True)
class Printer:
    """Everything publishing needs."""

    desk: Desk
    wechat: WeChat
    compose: Callable[[Work, int], Edition]
    """The edition of this assessment: services.editions.compose with the photos at hand."""
    wall: Callable[[], datetime]
    """The real time, by which steps are held."""


def publish_due(printer: Printer) -> int:
    """Want what is due, then do steps as long as there are any; how many were done."""
    printer.desk.do(publication_days.publish_what_is_due)
    for steps in range(MOST_STEPS):
        errand = printer.desk.do(press_errands.lease, printer.wall())
        if errand is None:
            return steps
        do_step(printer, errand)
    return MOST_STEPS


def do_step(printer: Printer, errand: Errand) -> None:
    """Do it and write down how it went. Nothing escapes: its lease runs out anyway."""
    try:
        STEPS[errand.step](printer, errand)
    except Refusal as refusal:
        printer.desk.do(press_steps.rejected, errand, str(refusal), not_done=errand.asked_at is None)
    except WeChatRefused as refused:
        _refused(printer, errand, refused)
    except WeChatUnreachable as trouble:
        log.warning(
            "publication %s: %s", errand.id, trouble, extra={"event": "publication.later", "step": errand.step}
        )  # fmt: skip
        printer.desk.do(press_steps.not_yet, errand, "微信平台没有应答，稍后再试")
    except Exception:
        log.exception(
            "publication %s could not take its step %s", errand.id, errand.step,
            extra={"event": "publication.failed", "step": errand.step},
        )  # fmt: skip
        printer.desk.do(press_steps.not_yet, errand, "系统内部出错，稍后再试，请管理员查看日志")


def _refused(printer: Printer, errand: Errand, refused: WeChatRefused) -> None:
    """The platform said no, so nothing of this step was done; what to do by its code."""
    what = setback(refused.code, refused.text, printer.desk.clock())
    log.warning(
        "publication %s: %s %s", errand.id, refused.code, refused.text,
        extra={"event": "publication.refused", "code": refused.code, "step": errand.step},
    )  # fmt: skip
    if what.gone and errand.step in (Step.DRAFT, Step.SUBMIT):
        printer.desk.do(press_steps.begin_again, errand, what.sentence)
    elif what.passes:
        printer.desk.do(press_steps.not_yet, errand, what.sentence, what.at, not_done=True)
    else:
        printer.desk.do(press_steps.rejected, errand, what.sentence, not_done=errand.asked_at is None)


def _upload(printer: Printer, errand: Errand) -> None:
    """The pictures, one by one, then the cover; those that are there already are not sent again."""
    edition = printer.desk.look(printer.compose, errand.assessment_id)
    known = _upload_missing(printer, errand, edition)
    if not errand.thumb_media_id:
        media_id = printing.add_cover(printer.wechat.press, edition)
        printer.desk.do(press_steps.cover_added, errand, media_id)
    picture = known[editions.digest_of(edition.ranking)]
    printer.desk.do(press_steps.uploaded, errand, f"{edition.source_url}?from={errand.client_id}", picture)


def _upload_missing(printer: Printer, errand: Errand, edition: Edition) -> dict[str, str]:
    """Each address is written down before the next picture is uploaded."""

    def wrote(digest: str, url: str) -> None:
        printer.desk.do(press_steps.picture_uploaded, errand, digest, url)

    return printing.upload_missing(printer.wechat.press, edition, errand.pictures, wrote)


def _draft(printer: Printer, errand: Errand) -> None:
    press = printer.wechat.press
    found = press.draft_with(errand.source_url) if errand.asked_at is not None else ""
    if not found:
        edition = printer.desk.look(printer.compose, errand.assessment_id)
        known = _upload_missing(printer, errand, edition)  # a template was edited meanwhile
        found = press.add_draft(printing.draft_of(edition, known, errand.source_url, errand.thumb_media_id))
    printer.desk.do(press_steps.drafted, errand, found)


def _submit(printer: Printer, errand: Errand) -> None:
    (_send if errand.is_mass else _publish)(printer, errand)


def _publish(printer: Printer, errand: Errand) -> None:
    """Ask that it be published; where that was asked for before, find out first what came of it."""
    press = printer.wechat.press
    if errand.asked_at is not None:
        found = press.published_with(errand.source_url)
        if found is not None:
            printer.desk.do(press_steps.submitted, errand, _called(errand, found), found)
            return
        refused = next((word for word in errand.words if word[1].outcome is Outcome.REJECTED), None)
        if refused is not None:
            printer.desk.do(press_steps.submitted, errand, refused[0], refused[1])
            return
        if printer.desk.clock() - errand.asked_at < publishing.MAY_STILL_COME:
            printer.desk.do(press_steps.not_yet, errand, "还不知道平台收到没有，正在核对")
            return
    publish_id = press.publish(errand.draft_media_id)
    printer.desk.do(press_steps.submitted, errand, publish_id)


def _called(errand: Errand, found: Became) -> str:
    """What the platform calls it, where its own word said so."""
    return next((name for name, word in errand.words if word.article_id == found.article_id), "")


def _send(printer: Printer, errand: Errand) -> None:
    """Send it to all; asked for again, the platform says by the clientmsgid that it was sent."""
    if errand.asked_at is not None and printer.desk.clock() - errand.asked_at > publishing.SAME_AGAIN:
        why = (
            "不知道上次群发有没有发出，且已超过 23 小时，不能自动再发。请登录公众平台看："
            "已发就撤回本次记录，没有发出就加上 --not-sent 再发布"
        )
        printer.desk.do(press_steps.rejected, errand, why, not_done=False)
        return
    try:
        msg_id = printer.wechat.press.send_to_all(errand.draft_media_id, errand.client_id)
    except WeChatRefused as refused:
        if refused.code != SENT_BEFORE:
            raise
        msg_id = refused.msg_id
    printer.desk.do(press_steps.submitted, errand, msg_id)


def _ask(printer: Printer, errand: Errand) -> None:
    press = printer.wechat.press
    if not errand.publish_id:
        found = press.published_with(errand.source_url) or Became(Outcome.RUNNING)
    elif errand.is_mass:
        found = press.what_became_of_mass(errand.publish_id)
    else:
        found = press.what_became(errand.publish_id)
    printer.desk.do(press_steps.told, errand, in_words(found, is_mass=errand.is_mass))


def _remove(printer: Printer, errand: Errand) -> None:
    """Take off the platform whatever of it is there."""
    press = printer.wechat.press
    draft = errand.draft_media_id or (press.draft_with(errand.source_url) if errand.source_url else "")
    if draft:
        _unless_gone(lambda: press.delete_draft(draft))
    if errand.is_mass:
        _remove_mass(printer, errand)
        return
    became = _left(press, errand)
    if became.article_id:
        _unless_gone(lambda: press.delete_published(became.article_id))
    in_doubt = errand.asked_at is not None and not became.article_id
    if became.outcome is Outcome.RUNNING:
        printer.desk.do(press_steps.told, errand, became)
    elif in_doubt and printer.desk.clock() - (errand.asked_at or errand.taken_at) < publishing.MAY_STILL_COME:
        printer.desk.do(press_steps.not_yet, errand, "还不知道平台收到没有，正在核对")
    else:
        printer.desk.do(press_steps.removed, errand)


def _left(press: Press, errand: Errand) -> Became:
    """What of it readers can see."""
    if errand.article_id:
        return Became(Outcome.PUBLISHED, errand.article_id)
    if errand.publish_id:
        return press.what_became(errand.publish_id)
    found = press.published_with(errand.source_url) if errand.source_url else None
    return found or Became(Outcome.REJECTED)


def _remove_mass(printer: Printer, errand: Errand) -> None:
    if errand.publish_id:
        _unless_gone(lambda: printer.wechat.press.delete_mass(errand.publish_id))
    elif errand.asked_at is not None:
        printer.desk.do(press_steps.rejected, errand, "不知道群发有没有发出", not_done=False)
        return
    printer.desk.do(press_steps.removed, errand)


def _unless_gone(remove: Callable[[], None]) -> None:
    try:
        remove()
    except WeChatRefused as refused:
        if refused.code not in GONE:
            raise


def _picture(printer: Printer, errand: Errand) -> None:
    """The picture that the chat answers 排名 with."""
    edition = printer.desk.look(printer.compose, errand.assessment_id)
    media_id = printer.wechat.upload_image(edition.ranking, f"ranking{printing.ending(edition.ranking)}")
    printer.desk.do(press_steps.pictured, errand, media_id)


STEPS: dict[Step, Callable[[Printer, Errand], None]] = {
    Step.UPLOAD: _upload,
    Step.DRAFT: _draft,
    Step.SUBMIT: _submit,
    Step.ASK: _ask,
    Step.REMOVE: _remove,
    Step.PICTURE: _picture,
}
