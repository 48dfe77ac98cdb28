"""Referral to law enforcement (移送执法) and procuratorial suggestions (检察建议): their states and moves.

Source: the districts' practice as in docs/rules.md; a suggestion is answered by a day it names.
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
