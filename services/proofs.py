"""What follows when a photo, recording or video has arrived, or never will: proofs are judged, reporters asked."""

from sqlalchemy import or_, select

from models.case import Case, CaseEvent, events_of
from models.evidence import Arrival, Evidence, Medium, Photo, proof_of
from models.notification import Notice
from models.report import Addition, Report
from rules import proof
from rules.lifecycle import Party, State
from rules.proof import Picture
from services import audit, cases
from services.case_notices import tell_reporter
from services.desk import Work

MISSING = "photo_missing"
"""The event that says so."""


def settled(work: Work, evidence: Evidence) -> None:
    """Take note of one piece that is stored, refused or gone; called in the transaction that settles it."""
    if evidence.case_id is not None:
        # locked: of two photos settled at once, the second to come must see the first
        case = work.session.get_one(Case, evidence.case_id, with_for_update=True)
        _judge_round(work, case, evidence.proof_round)
    else:
        _ask_again(work, evidence)


def _ask_again(work: Work, evidence: Evidence) -> None:
    """A photo of a report never came or is no photo: visible to the Office, and the reporter is asked again.

    One message for one album: while others of it are still on their way, the last one speaks for all, also
    where it has come itself.
    """
    report = _report_of(work, evidence)
    if report is None or evidence.medium is not Medium.PHOTO or report.withdrawn_at is not None:
        return
    siblings = list(
        work.session.scalars(
            select(Evidence).where(
                Evidence.report_id == evidence.report_id,
                Evidence.addition_id == evidence.addition_id
                if evidence.addition_id is not None
                else Evidence.addition_id.is_(None),
                Evidence.medium == Medium.PHOTO,
            )
        )
    )
    if any(piece.arrival is Arrival.WAITING for piece in siblings):
        return
    lost = [piece for piece in siblings if piece.arrival in (Arrival.GONE, Arrival.REFUSED)]
    if lost and len(lost) > _told_before(work, report, evidence.addition_id):
        _tell_what_is_missing(work, report, evidence.addition_id, lost)


def _told_before(work: Work, report: Report, addition_id: int | None) -> int:
    """How many lost photos of this album its reporter has been told of already."""
    events = work.session.scalars(events_of(report.case_id).where(CaseEvent.what == MISSING))
    album = {"report": report.id, "addition": addition_id}
    return max((e.details["count"] for e in events if album.items() <= e.details.items()), default=0)


def _tell_what_is_missing(work: Work, report: Report, addition_id: int | None, lost: list[Evidence]) -> None:
    case = report.case
    reason = (
        "；".join(sorted({piece.reason.rstrip("。") for piece in lost if piece.reason})) or "微信没有送到"
    )
    event = audit.record(
        work,
        case,
        MISSING,
        Party.SYSTEM,
        reason=reason,
        details={"report": report.id, "addition": addition_id, "count": len(lost)},
    )
    if case.is_open:
        case.mark(f"{len(lost)} 张照片没有收到")
    if case.is_open:
        tell_reporter(
            work, case, event, Notice.PHOTO_MISSING, "reporter_photo_missing", report, count=len(lost),
            reason=reason,
        )  # fmt: skip


def why_lost(pieces: list[Evidence]) -> str:
    """Why these did not become photographs, in words for whoever sent them; codes are for the administrator."""
    refused = {
        piece.reason.rstrip("。") for piece in pieces if piece.arrival is Arrival.REFUSED and piece.reason
    }
    return "；".join(sorted(refused)) or "微信没有传过来"


def _report_of(work: Work, evidence: Evidence) -> Report | None:
    if evidence.report_id is not None:
        return work.session.get(Report, evidence.report_id, with_for_update=True)
    if evidence.addition_id is not None:
        addition = work.session.get_one(Addition, evidence.addition_id)
        return work.session.get(Report, addition.report_id, with_for_update=True)
    return None


def _judge_round(work: Work, case: Case, number: int) -> None:
    """Once every piece of the round is settled: to the Office, or back to the chief with the reason."""
    if case.state is not State.PROVING or case.proof_round != number:
        return
    pieces = list(work.session.scalars(proof_of(case.id, number)))
    if any(piece.medium is Medium.PHOTO and piece.arrival is Arrival.WAITING for piece in pieces):
        return
    photos = [piece.photo for piece in pieces if piece.arrival is Arrival.STORED and piece.photo is not None]
    lost = [piece for piece in pieces if piece.medium is Medium.PHOTO and piece.arrival is not Arrival.STORED]
    if not photos:
        cases.proof_refused(work, case, f"整改照片没有收到（{why_lost(lost)}）")
        return
    befores = [Picture(photo.digest, photo.perceptual) for photo in _befores(work, case)]
    for photo in photos:
        verdict = proof.judge(
            photo.taken_at, Picture(photo.digest, photo.perceptual), case.opened_at, befores,
            work.rulebook.same_picture_bits,
        )  # fmt: skip
        if not verdict.ok:
            cases.proof_refused(work, case, verdict.reason)
            return
    cases.proof_received(work, case, f"另有 {len(lost)} 张没有收到" if lost else "")


def _befores(work: Work, case: Case) -> list[Photo]:
    """The photographs of what was reported."""
    reported = select(Report.id).where(Report.case_id == case.id)
    added = select(Addition.id).where(Addition.report_id.in_(reported))
    return list(
        work.session.scalars(
            select(Photo)
            .join(Evidence, Evidence.digest == Photo.digest)
            .where(or_(Evidence.report_id.in_(reported), Evidence.addition_id.in_(added)))
            .distinct()
        )
    )
