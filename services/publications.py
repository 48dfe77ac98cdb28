"""Publishing a frozen month on the official account: wanted, refused, withdrawn.

What is on its way is carried on step by step: services.press_errands, press_steps, scheduler.publish.
"""

from sqlalchemy import func, or_, select

from models.assessment import MonthlyAssessment, frozen_of
from models.publication import (
    OPEN,
    Publication,
    PublicationState,
    publications_of,
)
from rules import publishing
from rules.months import Month
from rules.privacy import without_telephone
from rules.publishing import MASS_PER_MONTH
from rules.refusal import Refusal
from services import ranking_news
from services.desk import Work

FREEPUBLISH, MASS = "freepublish", "mass"
CHANNEL_NAMES = {FREEPUBLISH: "发布", MASS: "群发"}
STATE_NAMES = {
    PublicationState.WANTED: "待发布",
    PublicationState.UPLOADED: "图片已上传",
    PublicationState.DRAFTED: "草稿已建",
    PublicationState.SUBMITTED: "已提交，等平台答复",
    PublicationState.PUBLISHED: "已发布",
    PublicationState.REJECTED: "没有发成",
    PublicationState.WITHDRAWN: "已撤回",
}
SYSTEM = "系统"
CORRECTED = "已更正，以新发布的为准"


def publish(
    work: Work, month: Month, by: str, channel: str = "", *, not_sent: bool = False, again: bool = False
) -> Publication:
    """Write down that this frozen month is to be published; the workers do the rest.

    `channel`: freepublish or mass, else the setting. `not_sent`: somebody has looked on the platform and seen
    that what is in doubt did not leave. `again`: it was withdrawn, but its numbers are right. Raises Refusal with
    what to do instead.
    """
    assessment = frozen(work, month)
    one_at_a_time = (
        select(MonthlyAssessment.id).where(MonthlyAssessment.id == assessment.id).with_for_update()
    )
    work.session.scalar(one_at_a_time)  # whoever else wants it now must find ours, not write a second
    channel = channel or work.rulebook.assessment.channel
    before = work.session.scalar(publications_of(assessment.id).limit(1))
    if before is not None:
        _refuse_twice(before, month, again)
        if _may_be_out(before) and not not_sent:
            return _carry_on(work, before)
    if channel == MASS:
        _refuse_fifth(work, month)
    row = Publication(
        assessment_id=assessment.id,
        channel=channel,
        state=PublicationState.WANTED,
        wanted_by=by,
        wanted_at=work.now,
        due_at=work.now,
        client_id=f"{month}-{assessment.revision}-{work.random.getrandbits(48):012x}",
    )
    work.session.add(row)
    work.session.flush()
    return row


def frozen(work: Work, month: Month) -> MonthlyAssessment:
    """The month as it was approved. Raises Refusal where it was not."""
    assessment = work.session.scalar(frozen_of(str(month)))
    if assessment is None:
        raise Refusal(
            f"{month.name}的考核还没有批准，不能发布。请先由第二人批准：flask assessment approve {month}。"
        )
    return assessment


def _refuse_twice(before: Publication, month: Month, again: bool) -> None:
    match before.state:
        case PublicationState.PUBLISHED:
            raise Refusal(
                f"{month.name}的排名已经发布，不用再发。数字有误请先更正：flask assessment correct {month}。"
            )
        case PublicationState.WITHDRAWN if not again:
            raise Refusal(
                f"{month.name}的排名已撤回（{without_telephone(before.withdrawn_because)}）。"
                f"数字有误的，请先更正并批准新的一版：flask assessment correct {month}；"
                f"数字没有错、只是重新发布的：flask bulletin publish {month} --again。"
            )
        case PublicationState.WITHDRAWN | PublicationState.REJECTED:
            return
        case _:
            raise Refusal(
                f"{month.name}的排名正在发布（{STATE_NAMES[before.state]}），请稍候，看进展用 "
                "flask bulletin publications。"
            )


def _refuse_fifth(work: Work, month: Month) -> None:
    """Four mass messages a calendar month are all that the platform lets through."""
    begins = Month.of(work.today).begins
    used = work.session.scalar(
        select(func.count()).where(
            Publication.channel == MASS,
            or_(Publication.submitted_at >= begins, Publication.state.in_(OPEN)),
        )
    )
    if (used or 0) >= MASS_PER_MONTH:
        raise Refusal(
            f"本月已群发 {MASS_PER_MONTH} 次（平台每月最多 {MASS_PER_MONTH} 次）。请下个月再发，或用不占次数的发布："
            f"flask bulletin publish {month} --channel freepublish。"
        )


def _carry_on(work: Work, row: Publication) -> Publication:
    """What the platform was asked for without answering is found out, and asked for again under its own clientmsgid,
    by which the platform knows it; never under another. Where it was taken, its verdict is asked for."""
    row.due_at, row.tries, row.stuck_since = work.now, 0, None
    if row.publish_id:
        row.state = PublicationState.SUBMITTED
        return row
    if row.channel == MASS and row.asked_at and work.now - row.asked_at > publishing.SAME_AGAIN:
        raise Refusal(
            "上次群发没有收到平台的答复，已超过 23 小时，平台不再核对重复。请登录公众平台看是否已经群发："
            "已经发出的加上 --sent，确实没有发出的加上 --not-sent，再运行一次。"
        )
    row.state = PublicationState.DRAFTED
    return row


def _may_be_out(row: Publication) -> bool:
    """Whether it was given up in doubt: the platform was asked to publish it, and how that ended is not known."""
    return (
        row.state is PublicationState.REJECTED
        and row.asked_at is not None
        and bool(row.draft_media_id or row.publish_id)
    )


def is_under_way(row: Publication) -> bool:
    """Whether a worker has still something to do for it."""
    return row.state in OPEN or (row.state is PublicationState.WITHDRAWN and row.removed_at is None)


def withdraw(work: Work, month: Month, reason: str, by: str) -> Publication:
    """Take back what is published or on its way; the workers take it off the platform. Raises Refusal."""
    reason = reason.strip()
    if not reason:
        raise Refusal("请写明撤回的理由，会原样告知看过排名的人。")
    found = select(Publication).join(MonthlyAssessment).where(MonthlyAssessment.month == str(month))
    rows = list(work.session.scalars(found.order_by(Publication.id.desc())))
    there = [row for row in rows if row.state in (*OPEN, PublicationState.PUBLISHED) or _may_be_out(row)]
    if not there:
        again = rows and rows[0].state is PublicationState.WITHDRAWN
        raise Refusal(f"{month.name}的排名{'已经撤回' if again else '没有发布过'}，没有可以撤回的。")
    for row in there:
        take_back(work, row, reason)
    shown = next((row for row in there if row.published_at is not None), None)
    if shown is not None:  # what is on its way may be the correction of what readers were shown
        ranking_news.tell_withdrawn(work, shown, month)
    return there[0]


def take_back(work: Work, row: Publication, reason: str) -> None:
    """It does not stand any more, and is to be removed from the platform if anything of it is there."""
    row.state, row.withdrawn_because, row.withdrawn_at = PublicationState.WITHDRAWN, reason, work.now
    row.due_at, row.tries, row.stuck_since, row.trouble = work.now, 0, None, ""
    if not (row.draft_media_id or row.publish_id or row.asked_at):
        row.removed_at = work.now
