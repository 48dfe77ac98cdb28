"""The registry (河湖名录): what a workbook would change in it, taking it over, giving it out again.

A sheet that is in the workbook is the whole truth of its table: what it does not name has ended, and is kept
with its last day. A sheet that is absent or empty is left as it is. Nothing is ever deleted.
"""

from collections.abc import Callable, Iterable
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from models.person import Appointment
from models.registry import NoticeBoard, Reach, RegistryVersion, Town, WaterBody
from models.registry_import import RegistryImport
from rules.roles import Role
from services.cross_references import unknown_codes
from services.desk import Work
from services.registry_changes import Change, Differences, Draft
from services.registry_people import plan_people
from services.registry_places import plan_places
from services.registry_rows import current_sheets
from services.sheets import RegistrySheets, WorkbookRefused
from services.workbook_writing import write_workbook


def differences(work: Work, sheets: RegistrySheets) -> Differences:
    """What an import of this workbook would change today; raise WorkbookRefused where it does not fit."""
    draft = _draft(work, sheets)
    _check_known(draft)
    plan_places(draft)
    plan_people(draft)
    if draft.faults:
        raise WorkbookRefused(draft.faults)
    return Differences(tuple(draft.changes), tuple(draft.notes))


def import_registry(
    work: Work, sheets: RegistrySheets, progress: Callable[[tuple[Change, ...]], Iterable[Change]] = iter
) -> Differences:
    """Take the workbook over; the version is raised if anything changed, so that every process reads again."""
    version = _version_to_write(work)
    found = differences(work, sheets)
    for change in progress(found.changes):
        change.apply()
    if found:
        version.version += 1
        words = [str(change) for change in found.changes]
        work.session.add(RegistryImport(at=work.now, version=version.version, changes=words))
    work.session.flush()
    return found


def who_was(work: Work, role: Role, town_id: int | None, day: date) -> list[Appointment]:
    """Who held this office in this town on that day."""
    return list(work.session.scalars(held_on(role, town_id, day)))


def held_on(role: Role, town_id: int | None, day: date) -> Select[Appointment]:
    """Appointments of a role in a town that were in force on that day."""
    return (
        select(Appointment)
        .where(
            Appointment.role == role,
            Appointment.town_id == town_id,
            or_(Appointment.since.is_(None), Appointment.since <= day),
            or_(Appointment.until.is_(None), Appointment.until >= day),
        )
        .order_by(Appointment.id)
    )


def export(work: Work, *, with_openid: bool = False) -> bytes:
    """The registry as a workbook; openids are nobody's business and are left out unless asked for."""
    return write_workbook(current_sheets(work, with_openid=with_openid), work.now)


def _version_to_write(work: Work) -> RegistryVersion:
    """The one row, locked: a second import waits for the first."""
    version = work.session.scalar(select(RegistryVersion).with_for_update())
    if version is None:
        version = RegistryVersion(id=1, version=0)
        work.session.add(version)
        work.session.flush()
    return version


def _draft(work: Work, sheets: RegistrySheets) -> Draft:
    session = work.session
    return Draft(
        work,
        sheets,
        towns={row.code: row for row in session.scalars(select(Town).order_by(Town.id))},
        bodies={row.code: row for row in session.scalars(select(WaterBody).order_by(WaterBody.id))},
        reaches={row.code: row for row in session.scalars(select(Reach).order_by(Reach.id))},
        boards={
            row.code: row
            for row in session.scalars(
                select(NoticeBoard).options(joinedload(NoticeBoard.reach)).order_by(NoticeBoard.id)
            )
        },
    )


def _check_known(draft: Draft) -> None:
    """Codes whose sheet is absent must be in the registry already."""
    sheets = draft.sheets
    towns = {row.code for row in sheets.towns} if sheets.towns is not None else set(draft.towns)
    bodies = _current(draft.bodies) if sheets.water_bodies is None else {r.code for r in sheets.water_bodies}
    reaches = _current(draft.reaches) if sheets.reaches is None else {row.code for row in sheets.reaches}
    faults = unknown_codes(sheets, towns, bodies, reaches, reaches | set(draft.reaches))
    if faults:
        raise WorkbookRefused(faults)


def _current(rows: dict[str, WaterBody] | dict[str, Reach]) -> set[str]:
    return {code for code, row in rows.items() if row.retired_on is None}
