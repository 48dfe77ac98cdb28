"""What became of the month a message speaks of before it could leave: dropped, told anew, approved, answered."""

from models.assessment import Appeal, AppealState, AssessmentState, MonthlyAssessment
from models.notification import Notification
from services.work import Work

DRAFTS = frozenset({"town_month_draft", "town_month_again", "office_month_draft", "office_month_again"})
"""Sentences that tell a draft and until when it may be objected to."""
GIVEN_UP, AGAIN, DONE = "发出前更正已撤销", "发出前考核已重新起草并告知", "发出前已经办理"


def why(work: Work, row: Notification) -> str:
    """Why this message of a month is not sent any more, or nothing."""
    if row.sentence == "office_appealed":
        appeal = work.session.get(Appeal, row.says["appeal"])
        return DONE if appeal is not None and appeal.state is not AppealState.OPEN else ""
    told = work.session.get(MonthlyAssessment, row.says.get("assessment_id", 0))
    if told is None or row.sentence not in DRAFTS | {"office_month_due"}:
        return ""
    if told.state is AssessmentState.DROPPED:
        return GIVEN_UP
    if told.state is AssessmentState.DRAFT and told.told_at is not None and told.told_at > row.owed_at:
        return AGAIN
    approved = told.state is not AssessmentState.DRAFT
    return DONE if approved and row.sentence == "office_month_due" else ""
