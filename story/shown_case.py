"""One closed case of the invented month with drawn photographs before and after, released as an example (示例)."""

from datetime import datetime

from sqlalchemy import select

from commands.orders import kept
from models.case import Case
from models.evidence import Evidence, Medium
from models.report import reports_of
from rules.lifecycle import State
from rules.months import Month
from services import evidence, examples
from services.desk import Desk, Work
from services.photo_store import PhotoStore
from services.photographs import Examined, PhotoLimits
from story.pictures import picture
from story.speakers import PREPARER, speak_as

WORDS = "接到反映后组织人员清理，并安排专人每周巡查（演示，照片是画的）。"
SEED = 8
LITTER = ("岸线垃圾", "水面漂浮物", "乱堆")
"""What the drawn photographs look like."""


def release_one(desk: Desk, store: PhotoStore, month: Month) -> str:
    """The first case of this month whose town needed no reminder and whose rectification passed at once, of litter if
    there is one; its number, or nothing where there is none."""
    limits = PhotoLimits(desk.rulebook.max_photo_bytes, desk.rulebook.max_photo_pixels)
    before, after = (kept(store, picture(SEED, clean=clean), limits) for clean in (False, True))
    return desk.do(_release, month, before, after)


def _release(work: Work, month: Month, before: Examined, after: Examined) -> str:
    case = _chosen(work, month)
    if case is None:
        return ""
    report = next(iter(work.session.scalars(reports_of(case.id))))
    first = _sent(work, before, report.submitted_at, report_id=report.id)
    proved = case.proved_at or work.now
    last = _sent(work, after, proved, case_id=case.id, proof_round=case.proof_round)
    speak_as(work, PREPARER)
    examples.release(work, case, month, first, last, WORDS)
    return case.number


def _chosen(work: Work, month: Month) -> Case | None:
    closed = select(Case).where(
        Case.state == State.CLOSED, Case.proof_round == 1, Case.reach_id.is_not(None),
        Case.opened_at >= month.begins, Case.closed_at < month.ends, Case.reminders == 0,
    )  # fmt: skip
    return work.session.scalar(closed.order_by(Case.kind.not_in(LITTER), Case.opened_at, Case.id).limit(1))


def _sent(
    work: Work, photo: Examined, at: datetime, *, report_id: int | None = None, case_id: int | None = None,
    proof_round: int = 0,
) -> Evidence:  # fmt: skip
    """A photograph of the report, or of the proof, sent when that was."""
    row = evidence.expect(
        work, Medium.PHOTO, f"file:{photo.digest}", report_id=report_id, case_id=case_id, proof_round=proof_round,
        sent_at=at,
    )  # fmt: skip
    work.session.flush()
    evidence.arrived(work, row.id, photo)
    return row
