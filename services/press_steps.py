"""What came of a publication's step, written down before the next is asked for."""

from datetime import datetime

from models.publication import OPEN, Publication, PublicationState, PublicationWord
from rules import publishing
from rules.publishing import Became
from services import publication_verdicts
from services.desk import Work
from services.press_errands import CHAT_PICTURE, RENEW, Errand, Step, became_by


def _mine(work: Work, errand: Errand) -> Publication | None:
    """The row, unless another worker took it up meanwhile."""
    row = work.session.get_one(Publication, errand.id, with_for_update=True)
    return row if row.leased_until == errand.leased_until else None


def _moved_on(row: Publication, work: Work) -> None:
    """A step is done: the next is due at once. Since when there is trouble is forgotten only once it was taken:
    what begins again and again must be given up some day."""
    row.leased_until, row.trouble, row.due_at = None, "", work.now


def picture_uploaded(work: Work, errand: Errand, digest: str, url: str) -> None:
    """One picture of the article lies on the platform."""
    row = work.session.get_one(Publication, errand.id, with_for_update=True)
    row.pictures = {**row.pictures, digest: url}


def cover_added(work: Work, errand: Errand, media_id: str) -> None:
    """The cover lies on the platform."""
    work.session.get_one(Publication, errand.id, with_for_update=True).thumb_media_id = media_id


def uploaded(work: Work, errand: Errand, source_url: str, picture_url: str) -> None:
    """All pictures lie there; `picture_url`: where that of the ranking does."""
    row = _mine(work, errand)
    if row is None:
        return
    _moved_on(row, work)
    row.source_url, row.picture_url = source_url, picture_url
    if row.state is PublicationState.WANTED:
        row.state = PublicationState.UPLOADED


def drafted(work: Work, errand: Errand, media_id: str) -> None:
    """The article is a draft there."""
    row = work.session.get_one(Publication, errand.id, with_for_update=True)
    if row.leased_until != errand.leased_until and row.draft_media_id:
        return  # slow, and another has gone on with a draft of its own
    row.draft_media_id, row.asked_at = media_id, None
    _moved_on(row, work)
    if row.state in (PublicationState.WANTED, PublicationState.UPLOADED):
        row.state = PublicationState.DRAFTED


def submitted(work: Work, errand: Errand, publish_id: str, became: Became | None = None) -> None:
    """The platform has taken it; its verdict is on its way, or was here first. Where it is not known under what
    name (`publish_id` empty) it is looked for by its page."""
    row = work.session.get_one(Publication, errand.id, with_for_update=True)
    row.publish_id, row.submitted_at = publish_id or row.publish_id, row.submitted_at or work.now
    _moved_on(row, work)
    row.tries, row.stuck_since, row.asked_at = 0, None, None if row.publish_id else row.asked_at
    row.due_at = work.now + publishing.VERDICT_DELAYS[0]
    row.removed_at = None  # withdrawn meanwhile: now it is known by what it can be removed
    if row.state in OPEN:
        row.state = PublicationState.SUBMITTED
    word = work.session.get(PublicationWord, publish_id) if publish_id else None
    if word is not None:
        became = became or became_by(row, word)
        work.session.delete(word)
    if became is not None:
        publication_verdicts.settle(work, row, became)


def told(work: Work, errand: Errand, became: Became) -> None:
    """The platform was asked what became of it."""
    row = work.session.get_one(Publication, errand.id, with_for_update=True)
    if became.outcome is publishing.Outcome.RUNNING:
        if row.leased_until == errand.leased_until:  # else its verdict came meanwhile, or another asks
            _wait_for_verdict(work, row)
        return
    row.leased_until = None
    publication_verdicts.settle(work, row, became)


def _wait_for_verdict(work: Work, row: Publication) -> None:
    row.leased_until = None
    row.tries += 1
    row.stuck_since = row.stuck_since or work.now
    if work.now - row.stuck_since > publishing.GIVE_UP:
        _given_up(work, row, "平台一直没有答复，请登录公众平台查看")
        return
    row.due_at = work.now + publishing.delay(row.tries, publishing.VERDICT_DELAYS)


def found(work: Work, errand: Errand, article_id: str) -> None:
    """It did come out, as this article: known before it is removed, and no more in doubt."""
    row = work.session.get_one(Publication, errand.id, with_for_update=True)
    row.article_id, row.asked_at = article_id, None


def draft_deleted(work: Work, errand: Errand) -> None:
    """The draft is not there any more, and it was we who removed it."""
    work.session.get_one(Publication, errand.id, with_for_update=True).draft_media_id = ""


def removed(work: Work, errand: Errand) -> None:
    """Nothing of it is on the platform any more."""
    row = work.session.get_one(Publication, errand.id, with_for_update=True)
    row.removed_at, row.leased_until, row.asked_at, row.trouble = work.now, None, None, ""


def pictured(work: Work, errand: Errand, media_id: str) -> None:
    """The picture for the chat lies there for three days."""
    row = work.session.get_one(Publication, errand.id, with_for_update=True)
    row.chat_media_id, row.chat_media_until = media_id, work.now + CHAT_PICTURE
    row.leased_until, row.stuck_since, row.tries, row.trouble = None, None, 0, ""


def not_yet(
    work: Work, errand: Errand, why: str, at: datetime | None = None, *, not_done: bool = False
) -> None:
    """The step failed for now, and is tried again after a while, slower each time; after three days given up.

    `not_done`: the platform said so itself, and this try leaves nothing in doubt.
    """
    row = _mine(work, errand)
    if row is None:
        return
    row.leased_until, row.trouble = None, why
    row.tries += 1
    row.stuck_since = row.stuck_since or work.now
    if not_done:
        row.asked_at = errand.asked_at
    if work.now - row.stuck_since > publishing.GIVE_UP and errand.step is not Step.PICTURE:
        _given_up(work, row, why)
        return
    row.due_at = max(at or work.now, work.now + publishing.delay(row.tries))


def _given_up(work: Work, row: Publication, why: str) -> None:
    """It was tried for three days: somebody must look."""
    if row.state is PublicationState.WITHDRAWN:
        row.removed_at, row.trouble = work.now, f"没有能从平台上删除（{why}），请登录公众平台手工删除"
        publication_verdicts.tell_left(work, row)
        return
    row.asked_at = row.asked_at or row.submitted_at  # it may still come out: `publish` asks again first
    publication_verdicts.reject(work, row, f"试了三天没有办成：{why}")


def rejected(work: Work, errand: Errand, why: str, *, not_done: bool = True) -> None:
    """The platform does not take it, or somebody must look first: it is not tried again by itself."""
    row = _mine(work, errand)
    if row is None:
        return
    row.leased_until, row.trouble = None, why
    if not_done:
        row.asked_at = None
    if row.state is PublicationState.PUBLISHED:  # only its picture for the chat: the page still shows it
        row.due_at = work.now + RENEW
        return
    if row.state is PublicationState.WITHDRAWN:
        if errand.step is Step.REMOVE:
            _given_up(work, row, why)
        return
    publication_verdicts.reject(work, row, why)


def begin_again(work: Work, errand: Errand, why: str) -> None:
    """What was uploaded is not there any more (somebody deleted it): everything is uploaded anew, after a while."""
    row = _mine(work, errand)
    if row is None:
        return
    if row.state not in OPEN:
        row.leased_until = None
        return
    row.thumb_media_id = row.draft_media_id = row.picture_url = ""
    row.pictures, row.state, row.asked_at = {}, PublicationState.WANTED, None
    not_yet(work, errand, why)
