"""The platform's verdict on a publication: published, and everybody is told; rejected, and the Office is told why."""

from sqlalchemy import select

from models.notification import Notice
from models.publication import Publication, PublicationState, PublicationWord, published_of
from rules.months import Month
from rules.publishing import Became, Outcome
from services import people, ranking_news
from services.desk import Work
from services.notifications import owe
from services.publications import CORRECTED, take_back


def verdict(work: Work, platform_id: str, became: Became) -> None:
    """What the platform says by itself (PUBLISHJOBFINISH, MASSSENDJOBFINISH); kept where nobody waits for it yet."""
    row = work.session.scalar(
        select(Publication).where(Publication.publish_id == platform_id).with_for_update()
    )
    if row is not None:
        settle(work, row, became)
    elif work.session.get(PublicationWord, platform_id) is None:
        status = became.why or {Outcome.PUBLISHED: "0", Outcome.RUNNING: "1"}[became.outcome]
        work.session.add(
            PublicationWord(
                platform_id=platform_id, status=status, article_id=became.article_id, article_url=became.url,
                at=work.now,
            )
        )  # fmt: skip


def settle(work: Work, row: Publication, became: Became) -> None:
    """The platform's last word on a publication: published, or rejected. Said twice it changes nothing."""
    if became.outcome is Outcome.RUNNING or row.state in (
        PublicationState.PUBLISHED,
        PublicationState.REJECTED,
    ):
        row.article_url = row.article_url or became.url
        return
    if became.outcome is Outcome.REJECTED:
        reject(work, row, became.why)
        return
    if became.article_id != row.article_id:
        row.removed_at = None  # withdrawn and looked for in vain, it has come after all
    row.article_id, row.article_url = became.article_id or row.article_id, became.url or row.article_url
    row.leased_until, row.asked_at, row.stuck_since, row.trouble = None, None, None, ""
    row.due_at = work.now
    if row.state is PublicationState.WITHDRAWN:  # it left before it could be stopped: now it can be removed
        return
    row.state, row.published_at = PublicationState.PUBLISHED, work.now
    month = Month.parse(row.assessment.month)
    for older in work.session.scalars(published_of(str(month)).where(Publication.id != row.id)):
        if older.state is PublicationState.PUBLISHED:
            take_back(work, older, CORRECTED)
    ranking_news.tell(work, row)


def reject(work: Work, row: Publication, why: str) -> None:
    """It did not come to readers: the Office is told why, and what to do."""
    row.leased_until, row.trouble = None, why
    if row.state is PublicationState.WITHDRAWN:  # nothing of it is left but the draft
        row.due_at = work.now
        return
    row.state = PublicationState.REJECTED
    tell_office(work, row, why)


def tell_office(work: Work, row: Publication, why: str) -> None:
    """That somebody must look after it, and why."""
    month = Month.parse(row.assessment.month)
    for clerk in people.office(work):
        owe(
            work, Notice.RANKING, "office_publication_failed", f"publication:{row.id}:failed:{work.now.isoformat()}",
            person=clerk, month=month.name, reason=why.rstrip("。"), code=str(month),
        )  # fmt: skip
