"""What each step of a publication asks of the platform, and how its answer is written down."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import printing
from bot.press import GONE, SENT_BEFORE, Press
from bot.verdicts import in_words
from bot.wechat import WeChat, WeChatRefused
from rules import publishing
from rules.publishing import Became, Outcome
from services import editions, press_steps
from services.desk import Desk
from services.editions import Edition
from services.press_errands import Errand, Step

LOOK = "请登录公众平台看：已经发出的，运行时加上 --sent；没有发出的，加上 --not-sent"
"""What the Office is to do about a mass message in doubt."""


@dataclass(frozen=True)
class Printer:
    """Everything publishing needs."""

    desk: Desk
    wechat: WeChat
    compose: Callable[[Desk, int], Edition]
    """The edition of this assessment: services.editions.made with the photos at hand."""
    wall: Callable[[], datetime]
    """The real time, by which steps are held."""


def _upload(printer: Printer, errand: Errand) -> None:
    """The pictures, one by one, then the cover; those that are there already are not sent again."""
    edition = printer.compose(printer.desk, errand.assessment_id)
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
        edition = printer.compose(printer.desk, errand.assessment_id)
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
    try:
        publish_id, found = press.publish(errand.draft_media_id), None
    except WeChatRefused as refused:
        if refused.code not in GONE:
            raise
        publish_id, found = "", press.published_with(errand.source_url)
        if found is None and errand.asked_at is None:
            raise  # somebody deleted the draft
        # asked for before, and the draft gone since: it was taken, and is under review
    printer.desk.do(press_steps.submitted, errand, publish_id, found)


def _called(errand: Errand, found: Became) -> str:
    """What the platform calls it, where its own word said so."""
    return next((name for name, word in errand.words if word.article_id == found.article_id), "")


def _send(printer: Printer, errand: Errand) -> None:
    """Send it to all; asked for again, the platform says by the clientmsgid that it was sent."""
    if errand.asked_at is not None and printer.desk.clock() - errand.asked_at > publishing.SAME_AGAIN:
        why = f"不知道上次群发有没有发出，且已超过 23 小时，不能自动再发。{LOOK}"
        printer.desk.do(press_steps.rejected, errand, why, not_done=False)
        return
    try:
        msg_id = printer.wechat.press.send_to_all(errand.draft_media_id, errand.client_id)
    except WeChatRefused as refused:
        if refused.code in GONE and errand.asked_at is not None:
            why = f"不知道上次群发有没有发出，草稿已不在。{LOOK}"
            printer.desk.do(press_steps.rejected, errand, why, not_done=False)
            return
        if refused.code != SENT_BEFORE:
            raise
        msg_id = refused.msg_id
    printer.desk.do(press_steps.submitted, errand, msg_id)


def _ask(printer: Printer, errand: Errand) -> None:
    press = printer.wechat.press
    if not errand.publish_id:
        found = _without_name(press, errand)
    elif errand.is_mass:
        found = press.what_became_of_mass(errand.publish_id)
    else:
        found = press.what_became(errand.publish_id)
    printer.desk.do(press_steps.told, errand, in_words(found, is_mass=errand.is_mass))


def _without_name(press: Press, errand: Errand) -> Became:
    """What became of it where the answer that said its name was lost: by its page, or by the platform's word."""
    said = [word for _, word in errand.words if word.outcome is not Outcome.RUNNING]
    if errand.is_mass:
        return said[0] if said else Became(Outcome.RUNNING)
    refused = [word for word in said if word.outcome is Outcome.REJECTED]
    return press.published_with(errand.source_url) or next(iter(refused), Became(Outcome.RUNNING))


def _remove(printer: Printer, errand: Errand) -> None:
    """Take off the platform whatever of it is there."""
    press = printer.wechat.press
    was_taken = _delete_draft(printer, errand) and errand.asked_at is not None
    if errand.is_mass:
        _remove_mass(printer, errand)
        return
    became = _left(press, errand)
    if became.article_id:
        printer.desk.do(press_steps.found, errand, became.article_id)
        _unless_gone(lambda: press.delete_published(became.article_id))
    elif was_taken:  # it was asked for, and the draft went: it may come out after a long review
        became = _without_name(press, errand)
    in_doubt = errand.asked_at is not None and not became.article_id
    if became.outcome is Outcome.RUNNING:
        printer.desk.do(press_steps.told, errand, became)
    elif in_doubt and printer.desk.clock() - (errand.asked_at or errand.taken_at) < publishing.MAY_STILL_COME:
        printer.desk.do(press_steps.not_yet, errand, "还不知道平台收到没有，正在核对")
    else:
        printer.desk.do(press_steps.removed, errand)


def _delete_draft(printer: Printer, errand: Errand) -> bool:
    """Remove the draft; whether it was gone before, and not by us."""
    press = printer.wechat.press
    draft = errand.draft_media_id or (press.draft_with(errand.source_url) if errand.source_url else "")
    if not draft:
        return False
    try:
        press.delete_draft(draft)
    except WeChatRefused as refused:
        if refused.code not in GONE:
            raise
        return True
    printer.desk.do(press_steps.draft_deleted, errand)
    return False


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
    edition = printer.compose(printer.desk, errand.assessment_id)
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
