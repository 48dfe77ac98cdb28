"""A request for more time (延期) nobody has answered when its date comes: the Office is pressed, not the town.

Source: docs/rules.md. Who asked in time has done its part; until the Office has answered, the last day, being overdue
and orders are no matter of the town's.
"""

from models.extension import Extension, ExtensionState
from models.notification import Notice
from rules.escalation import Rung
from rules.lifecycle import Party
from services import audit, ladder
from services.case_notices import tell_office
from services.desk import Work

HOW_LATE = {Rung.ON_THE_DAY: "即将到期", Rung.OVERDUE: "已经过了"}


def climb(work: Work, asked: Extension) -> None:
    """Press the Office where it is due by now; nothing where somebody has answered meanwhile."""
    if asked.remind_at is None or asked.remind_at > work.now:
        return
    rung = ladder.request_step(work, asked).rung
    if rung is None and asked.state is ExtensionState.ASKED and asked.climbed is Rung.OVERDUE:
        rung = Rung.OVERDUE  # said again each working day
    if rung is not None:
        asked.climbed = rung
        _press(work, asked, rung)
    ladder.schedule_request(work, asked)


def _press(work: Work, asked: Extension, rung: Rung) -> None:
    case, late = asked.case, HOW_LATE[rung]
    event = audit.record(
        work, case, "extension_reminded", Party.SYSTEM, reason=f"延期申请待答复，整改期限{late}",
        details={"rung": rung.value},
    )  # fmt: skip
    tell_office(
        work, case, event, Notice.REMINDER, "office_extension_due", reason=asked.reason, days=asked.days,
        extension=asked.id, late=late,
    )  # fmt: skip
