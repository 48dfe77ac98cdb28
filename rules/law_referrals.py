"""Referral to law enforcement (移送执法) and procuratorial suggestions (检察建议): their states and moves.

Source: the districts' practice as in docs/rules.md. The answer is due on a day of the calendar that the paper names,
never after so many working days, so no notice of days off moves it: a suggestion is answered within two months of
its receipt unless it says otherwise (《人民检察院检察建议工作规定》2019, 第十九条), one before a public-interest suit
within two months, in an emergency within fifteen days (法释〔2018〕6号第二十一条).
"""

from collections.abc import Mapping
from enum import StrEnum

from rules.refusal import Refusal


class LawKind(StrEnum):
    """What kind of outcome it is."""

    ENFORCEMENT = "enforcement"
    SUGGESTION = "suggestion"


class LawState(StrEnum):
    """Where it stands."""

    SENT = "sent"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class LawMove(StrEnum):
    """What can be done to it."""

    ANSWER = "answer"
    WITHDRAW = "withdraw"


LAW_KIND_NAMES = {LawKind.ENFORCEMENT: "移送执法", LawKind.SUGGESTION: "检察建议"}
LAW_STATE_NAMES = {LawState.SENT: "待答复", LawState.ANSWERED: "已答复", LawState.WITHDRAWN: "已作废"}

LAW_MOVES: Mapping[LawMove, tuple[frozenset[LawState], LawState]] = {
    LawMove.ANSWER: (frozenset({LawState.SENT}), LawState.ANSWERED),
    LawMove.WITHDRAW: (frozenset({LawState.SENT, LawState.ANSWERED}), LawState.WITHDRAWN),
}


def after_law(state: LawState, move: LawMove) -> LawState:
    """The state that follows, or a Refusal that says why not."""
    sources, target = LAW_MOVES[move]
    if state not in sources:
        raise Refusal(f"这一件{LAW_STATE_NAMES[state]}，不能这样办理。")
    return target
