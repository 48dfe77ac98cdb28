"""The platform's verdict on a publication: published, and everybody is told; rejected, and the Office is told why."""

from sqlalchemy import select

from models.assessment import AssessmentState, MonthlyAssessment
from models.notification import Notice
from models.publication import (
    Publication,
    PublicationState,
    PublicationWord,
    publications_of,
    published_of,
)
from rules.months import Month
from rules.publishing import Became, Outcome
from rules.refusal import Refusal
from services import people, ranking_news
from services.desk import Work
from services.notifications import owe
from services.publications import CORRECTED, take_back

AGAIN = "已另行发布，以新发布的为准"


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
    """The platform's last word on a publication: published, or rejected. Said twice it changes nothing.

    One that was given up, and published after all, is published.
    """
    is_known = row.state is PublicationState.PUBLISHED or (
        row.state is PublicationState.REJECTED and became.outcome is not Outcome.PUBLISHED
    )
    if became.outcome is Outcome.RUNNING or is_known:
        row.article_url = row.article_url or became.url
        return
    if became.outcome is Outcome.REJECTED:
        row.asked_at = None
        reject(work, row, became.why)
        return
    if became.article_id != row.article_id:
        row.removed_at = None  # withdrawn and looked for in vain, it has come after all
    row.article_id, row.article_url = became.article_id or row.article_id, became.url or row.article_url
    row.leased_until, row.asked_at, row.stuck_since, row.trouble = None, None, None, ""
    row.due_at = work.now
    if row.state is PublicationState.WITHDRAWN:  # it left before it could be stopped: now it can be removed
        return
    unwanted = _unwanted(work, row)
    if unwanted:
        take_back(work, row, unwanted)
        return
    row.state, row.published_at = PublicationState.PUBLISHED, work.now
    month = Month.parse(row.assessment.month)
    for older in work.session.scalars(published_of(str(month)).where(Publication.id != row.id)):
        if older.state is PublicationState.PUBLISHED:
            take_back(work, older, CORRECTED)
    ranking_news.tell(work, row)


def _unwanted(work: Work, row: Publication) -> str:
    """Why what has just come out is to go again: it was corrected meanwhile, or published anew; else nothing."""
    if row.assessment.state is not AssessmentState.FROZEN:
        return CORRECTED
    newest = work.session.scalar(publications_of(row.assessment_id).limit(1))
    again = newest is not None and newest is not row and newest.state is not PublicationState.REJECTED
    return AGAIN if again else ""


def was_sent(work: Work, month: Month) -> Publication:
    """Somebody has looked on the platform: what is in doubt did reach the readers. Raises Refusal."""
    found = select(Publication).join(MonthlyAssessment).where(MonthlyAssessment.month == str(month))
    row = work.session.scalar(found.order_by(Publication.id.desc()).limit(1))
    if row is None or row.state is not PublicationState.REJECTED or row.asked_at is None:
        raise Refusal(f"{month.name}没有发布与否不明的记录，不用 --sent。")
    asked_at = row.asked_at
    settle(work, row, Became(Outcome.PUBLISHED))
    row.submitted_at = row.submitted_at or asked_at
    row.asked_at = None if row.publish_id else asked_at  # nobody knows it by name: to be removed by hand
    return row


def reject(work: Work, row: Publication, why: str) -> None:
    """It did not come to readers: the Office is told why, and what to do."""
    row.leased_until, row.trouble = None, why
    if row.state is PublicationState.WITHDRAWN:  # nothing of it is left but the draft
        row.due_at = work.now
        return
    row.state = PublicationState.REJECTED
    tell_office(work, row, why)


def tell_office(work: Work, row: Publication, why: str) -> None:
    """That it did not come to readers, and what to do."""
    month, key = Month.parse(row.assessment.month), f"publication:{row.id}:failed:{work.now.isoformat()}"
    for clerk in people.office(work):
        owe(
            work, Notice.RANKING, "office_publication_failed", key, person=clerk,
            month=month.name, reason=why.rstrip("。"), code=str(month),
        )  # fmt: skip


def tell_left(work: Work, row: Publication) -> None:
    """That somebody must remove by hand what was withdrawn."""
    month, key = Month.parse(row.assessment.month), f"publication:{row.id}:left:{work.now.isoformat()}"
    for clerk in people.office(work):
        owe(
            work, Notice.RANKING, "office_publication_left", key, person=clerk,
            month=month.name, reason=row.trouble.rstrip("。"),
        )  # fmt: skip
