"""Whistles (吹哨): what may be done to one and to each who is asked to help, and until when each must act.

Source: the districts' practice of 吹哨–报到 as in docs/rules.md: who cannot solve a matter alone says what is needed
and from whom; the Office names a lead and helpers; each says what it will do and when. The days are settings.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.deadlines import Deadline, counted
from rules.refusal import Refusal
from rules.workdays import WorkCalendar, local_day


class WhistleState(StrEnum):
    """Where a whistle stands."""

    BLOWN = "blown"
    NAMED = "named"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class WhistleMove(StrEnum):
    """What can be done to a whistle."""

    NAME = "name"
    CLOSE = "close"
    WITHDRAW = "withdraw"


class PartyState(StrEnum):
    """Where one who is asked to help stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    DONE = "done"
    RELEASED = "released"
    """The whistle ended before it was done."""


class PartyMove(StrEnum):
    """What one who is asked to help can do, or have done to it."""

    ANSWER = "answer"
    FINISH = "finish"
    RELEASE = "release"


class PartyKind(StrEnum):
    """Who helps: a member department, another town, or somebody outside the district."""

    DEPARTMENT = "department"
    TOWN = "town"
    NEIGHBOUR = "neighbour"


WHISTLE_STATE_NAMES = {
    WhistleState.BLOWN: "待指派",
    WhistleState.NAMED: "协同办理中",
    WhistleState.CLOSED: "已收哨",
    WhistleState.WITHDRAWN: "已撤哨",
}
PARTY_STATE_NAMES = {
    PartyState.ASKED: "待回哨",
    PartyState.ANSWERED: "已回哨",
    PartyState.DONE: "已完成",
    PartyState.RELEASED: "不用再办",
}
PARTY_KIND_NAMES = {
    PartyKind.DEPARTMENT: "成员单位",
    PartyKind.TOWN: "镇街",
    PartyKind.NEIGHBOUR: "区外单位",
}

WHISTLE_OPEN = frozenset({WhistleState.BLOWN, WhistleState.NAMED})
PARTY_OPEN = frozenset({PartyState.ASKED, PartyState.ANSWERED})

WHISTLE_MOVES: Mapping[WhistleMove, tuple[frozenset[WhistleState], WhistleState]] = {
    WhistleMove.NAME: (WHISTLE_OPEN, WhistleState.NAMED),
    WhistleMove.CLOSE: (WHISTLE_OPEN, WhistleState.CLOSED),
    WhistleMove.WITHDRAW: (WHISTLE_OPEN, WhistleState.WITHDRAWN),
}
PARTY_MOVES: Mapping[PartyMove, tuple[frozenset[PartyState], PartyState]] = {
    PartyMove.ANSWER: (
        PARTY_OPEN,
        PartyState.ANSWERED,
    ),  # a second answer is a new plan; the first stays told
    PartyMove.FINISH: (PARTY_OPEN, PartyState.DONE),
    PartyMove.RELEASE: (PARTY_OPEN, PartyState.RELEASED),
}


def after_whistle(state: WhistleState, move: WhistleMove) -> WhistleState:
    """The state that follows, or a Refusal that says why not."""
    sources, target = WHISTLE_MOVES[move]
    if state not in sources:
        raise Refusal(f"该吹哨{WHISTLE_STATE_NAMES[state]}，不能这样办理。")
    return target


def after_party(state: PartyState, move: PartyMove) -> PartyState:
    """The state that follows, or a Refusal that says why not."""
    sources, target = PARTY_MOVES[move]
    if state not in sources:
        raise Refusal(f"该单位{PARTY_STATE_NAMES[state]}，不能这样办理。")
    return target


@dataclass(frozen=True)
class WhistleSettings:
    """The district's numbers, in working days, and the departments that can be named."""

    name_days: int = 1
    answer_days: int = 3
    again_days: int = 3
    """How often a whistle that hangs is reminded of again."""
    order_days: int = 3
    """From the day a helper should have answered, or have done what it promised, to the order; 0: none."""
    departments: tuple[str, ...] = ()


def name_by(blown_at: datetime, settings: WhistleSettings, calendar: WorkCalendar) -> Deadline:
    """Until when the Office names who helps: the end of a working day."""
    return counted(blown_at, settings.name_days, calendar)


def answer_by(asked_at: datetime, settings: WhistleSettings, calendar: WorkCalendar) -> Deadline:
    """Until when a helper says what it will do and when: the end of a working day."""
    return counted(asked_at, settings.answer_days, calendar)


def stood_still(blown_at: datetime, since: datetime, until: datetime, calendar: WorkCalendar) -> int:
    """Working days by which a date counted from `since` moves, when a whistle of `blown_at` ends at `until`.

    As many working days are left then as were left when it began; the day it was blown is not counted.
    """
    begun = max(local_day(blown_at), local_day(since))
    return calendar.count(begun, local_day(until))


@dataclass(frozen=True)
class Named:
    """A body that is to help; of a town also its id."""

    kind: PartyKind
    name: str
    town_id: int | None = None


OUTSIDE = ("上游", "下游", "对岸", "相邻", "区外", "市")
"""How the name of a body outside the district begins."""
_BETWEEN = re.compile(r"[\s、，,；;：:]+")
_ROLES = re.compile(
    r"^(?:由|请)?(?:牵头单位|牵头|主办|协助单位|协助|配合|协办)?|(?:牵头|主办|协助|配合|协办)$"
)


def names_in(text: str) -> list[str]:
    """The names in “牵头 区水务局，协助 天穆镇、上游武清区河长办”, the lead first, each once."""
    found = [_ROLES.sub("", part) for part in _BETWEEN.split(text.strip(" 。."))]
    return list(dict.fromkeys(name for name in found if name))


def recognised(names: Sequence[str], towns: Mapping[str, int], departments: Collection[str]) -> list[Named]:
    """Who is meant by these names (“水务局” is 区水务局); raises Refusal naming what was not recognised."""
    found, unknown = [], []
    for name in names:
        body = _recognised(name, towns, departments)
        if body is None:
            unknown.append(name)
        elif body not in found:
            found.append(body)
    if unknown:
        raise Refusal(
            f"没有认出“{'、'.join(unknown)}”。可以指派：{'、'.join([*sorted(departments), *towns])}。"
            f"区外单位请以“上游”“下游”“对岸”或“区外”开头，例如：上游武清区河长办。"
        )
    return found


def _recognised(name: str, towns: Mapping[str, int], departments: Collection[str]) -> Named | None:
    if name in towns:
        return Named(PartyKind.TOWN, name, towns[name])
    for spoken in (name, f"区{name}"):
        if spoken in departments:
            return Named(PartyKind.DEPARTMENT, spoken)
    if len(name) > 2 and name.startswith(OUTSIDE):
        return Named(PartyKind.NEIGHBOUR, name)
    return None
