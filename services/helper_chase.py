"""Climbing the ladder for those who help on a whistle: reminded, the Office told of what is late, then ordered."""

from models.notification import Notice
from models.whistle import WhistleParty
from rules.escalation import Rung
from rules.whistles import PartyState
from services import help_orders, people, whistle_parties
from services.desk import Work
from services.ladder import ORDERS
from services.whistle_notices import due_date, tell
from services.whistle_reminders import HOW_LATE, is_said_again, nobody_there, schedule_party, step_of_party
from services.whistle_timeline import enter


def climb(work: Work, party: WhistleParty) -> None:
    """Remind or order a helper where it is due by now; the Office hears of what is overdue, and of what nobody
    reads."""
    if party.remind_at is None or party.remind_at > work.now:
        return
    rung = step_of_party(work, party).rung
    if rung is None and is_said_again(work, party):
        rung = Rung.OVERDUE
    if rung in ORDERS:
        party.climbed = Rung.ORDER  # a second order is noted as one, so that another may follow
        help_orders.issue(work, party, _why(party, rung), by_hand=False)
    elif rung is not None:
        party.climbed = rung
        _chase(work, party, rung)
    schedule_party(work, party)


def _why(party: WhistleParty, rung: Rung | None) -> str:
    late = "逾期未回哨" if party.state is PartyState.ASKED else "未按承诺的日期办完"
    return f"{late}，上次督办后仍无结果" if rung is Rung.AGAIN else late


def _chase(work: Work, party: WhistleParty, rung: Rung) -> None:
    whistle, task = party.whistle, "回哨" if party.state is PartyState.ASKED else "完成"
    says = {"party": party.name, "task": task, "until": due_date(work, party), "late": HOW_LATE[rung]}
    entry = enter(work, whistle, "helper_reminded", "系统", f"{party.name}{task}，{HOW_LATE[rung]}")
    helpers = whistle_parties.people_of(work, party)
    example = f"回哨 {whistle.serial} 办什么 12-01"
    example = example if party.state is PartyState.ASKED else f"回哨 {whistle.serial} 完成 情况"
    tell(work, whistle, entry, Notice.REMINDER, "helper_whistle_due", helpers, **says, example=example)
    if rung is Rung.OVERDUE or not helpers:
        nobody = "" if helpers else f"（{nobody_there(party)}，请电话联系）"
        tell(work, whistle, entry, Notice.REMINDER, "office_whistle_late", people.office(work),
             **says, nobody=nobody)  # fmt: skip
