"""How a month's points are said: in the message to a town and to the Office, and as the answer to 得分."""

from collections.abc import Sequence
from typing import Any

from bot.replies import MAX_BYTES
from handlers import texts
from handlers.gathering import shortened
from services.delivery import Envelope
from services.month_table import ItemLine, MonthTable, TownLine

LONGEST_LOSS = 80
"""Characters of one reason in a message; 得分 says all of it."""
LONGEST_REASON = 200


def message(envelope: Envelope) -> str:
    """The whole message in at most 2,048 bytes: reasons are left out before totals, and what is left out is said."""
    says = envelope.says
    lost, totals = list(says.get("lost", [])), list(says["totals"])
    for reasons in range(len(lost), -1, -1):
        whole = _filled(envelope, lost[:reasons], totals)
        if len(whole.encode()) <= MAX_BYTES:
            return whole
    for shown in range(len(totals), -1, -1):
        whole = _filled(envelope, [], totals[:shown])
        if len(whole.encode()) <= MAX_BYTES:
            return whole
    return _filled(envelope, [], [])


def _filled(envelope: Envelope, lost: Sequence[Sequence[str]], totals: Sequence[Sequence[Any]]) -> str:
    says = envelope.says
    hidden = len(says.get("lost", [])) - len(lost) + int(says.get("more", 0))
    rows = [
        texts.SCORE_LOSS.format(item=item, sentence=shortened(words, LONGEST_LOSS)) for item, words in lost
    ]
    if hidden:
        rows.append(texts.SCORE_MORE.format(count=hidden))
    listed = [_total(*line) for line in totals]
    if len(totals) < len(says["totals"]):
        listed.append(texts.SCORE_REST.format(count=len(says["totals"])))
    parts = {
        "lost": "\n".join(rows) or texts.SCORE_NOTHING_LOST,
        "totals": "；".join(listed),
        "suspended": _suspended(says.get("suspended", [])),
        "because": texts.SCORE_CORRECTED.format(reason=_short(says["because"]))
        if says.get("because")
        else "",
        "unread": texts.SCORE_UNREAD.format(towns=says["unread"]) if says.get("unread") else "",
        "grade": says.get("grade", "") or says.get("unranked", ""),
    }
    return texts.NOTICES[envelope.sentence].format_map({**says, **parts})


def _short(words: str) -> str:
    return shortened(words, LONGEST_REASON)


def _total(group: str, place: int | None, name: str, score: str) -> str:
    within = f"{group}·" if group else ""
    if place is None:
        return texts.SCORE_TOTAL_UNRANKED.format(group=within, name=name)
    return texts.SCORE_TOTAL.format(group=within, place=place, name=name, score=score)


def _suspended(items: Sequence[Sequence[str]]) -> str:
    if not items:
        return ""
    return texts.SCORE_SUSPENDED.format(items="；".join(f"{name}（{reason}）" for name, reason in items))


def own(table: MonthTable, line: TownLine, standing: str) -> str:
    """A town's own points, item by item, with every reason."""
    head = texts.SCORE_HEAD.format(
        month=table.month.name, town=line.name, result=result(table, line), standing=standing,
        before=texts.SCORE_BEFORE.format(place=line.previous_place) if line.previous_place else "",
    )  # fmt: skip
    rows = [row for item in line.items for row in _item(table, item)]
    return "\n".join([head, *rows])


def result(table: MonthTable, line: TownLine) -> str:
    """93.50 分，第 4 名，优秀."""
    if line.score is None or line.place is None:
        return texts.SCORE_UNRANKED.format(why=line.unranked)
    words = texts.SCORE_PLACES if table.composition == "places" else texts.SCORE_POINTS
    return words.format(
        score=f"{line.score:f}", place=line.place, grade=f"，{line.grade}" if line.grade else ""
    )


def _item(table: MonthTable, item: ItemLine) -> list[str]:
    if item.points is None:
        return [texts.SCORE_ITEM_NOT.format(item=item.name, why=item.suspended)]
    if table.composition == "places":
        return [texts.SCORE_ITEM_PLACE.format(item=item.name, figure=item.figure, place=item.place)]
    words = texts.SCORE_ITEM if item.weight else texts.SCORE_ITEM_EXTRA
    head = words.format(
        item=item.name, points=f"{item.points:f}", weight=f"{item.weight:f}", figure=item.figure
    )
    return [head, *(texts.SCORE_ITEM_LOSS.format(sentence=loss.sentence) for loss in item.losses)]


def whole(table: MonthTable, standing: str) -> str:
    """All totals, for the Office."""
    rows = [
        _total(line.group, line.place, line.name, f"{line.score:f}" if line.score is not None else "")
        for line in table.lines
    ]
    head = texts.SCORE_ALL.format(month=table.month.name, standing=standing)
    suspended = _suspended(table.suspended)
    return "\n".join([head, *rows, *([suspended] if suspended else [])])
