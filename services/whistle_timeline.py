"""The timeline all who take part in a whistle share; what concerns a case is also a link of its audit chain."""

from models.whistle import Whistle, WhistleEntry
from rules.lifecycle import Party
from services import audit
from services.desk import Work

ON_THE_CASE = {
    "blown": "whistle_blown", "named": "whistle_named", "answered": "whistle_answered", "done": "whistle_done",
    "ordered": "help_ordered", "order_answered": "help_order_answered", "order_accepted": "help_order_accepted",
    "order_sent_back": "help_order_sent_back", "order_withdrawn": "help_order_withdrawn",
    "closed": "whistle_closed", "withdrawn": "whistle_withdrawn", "date_moved": "whistle_date_moved",
}  # fmt: skip
ENTRY_NAMES = {
    "blown": "吹哨", "named": "指派", "answered": "回哨", "done": "完成", "closed": "收哨", "withdrawn": "撤哨",
    "naming_reminded": "提示指派", "helper_reminded": "提示", "closing_reminded": "提示收哨", "action": "联合行动",
    "ordered": "下发督办单", "order_answered": "答复督办单", "order_accepted": "督办答复通过",
    "order_sent_back": "督办答复退回", "order_withdrawn": "撤销督办单", "order_reminded": "提示答复督办单",
    "date_moved": "期限调整", "clock_on": "恢复计时", "clock_stopped": "暂停计时",
}  # fmt: skip


def enter(
    work: Work, whistle: Whistle, what: str, body: str, words: str = "", party: Party = Party.SYSTEM
) -> WhistleEntry:
    """Write one line; `body`: which body did it, `party`: in what capacity, for the case's chain."""
    whistle.entries = (whistle.entries or 0) + 1
    entry = WhistleEntry(
        whistle_id=whistle.id, sequence=whistle.entries, at=work.now, what=what, body=body, words=words.strip(),
        actor=work.who.pseudonym if work.who is not None and party is not Party.SYSTEM else party.value,
    )  # fmt: skip
    work.session.add(entry)
    if whistle.case is not None and what in ON_THE_CASE:
        audit.record(
            work, whistle.case, ON_THE_CASE[what], party, reason=entry.words,
            details={"whistle": whistle.number, "body": body},
        )  # fmt: skip
    work.session.flush()
    return entry
