"""Supervision orders (督办单), admonition talks (约谈) and referrals (移送): their states and the moves between them.

Source: the districts' supervision rules (督办、约谈、移送) as in docs/rules.md: an order is answered in writing and
with proof; the Office accepts the answer or sends it back; minutes of a talk name undertakings and their date.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from rules import case_number
from rules.refusal import Refusal


class OrderState(StrEnum):
    """Where an order stands."""

    ISSUED = "issued"
    ANSWERED = "answered"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class OrderMove(StrEnum):
    """What can be done to an order."""

    ANSWER = "answer"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"


class AdmonitionState(StrEnum):
    """Where a talk stands."""

    CALLED = "called"
    DATED = "dated"
    HELD = "held"
    KEPT = "kept"
    """What was undertaken is done."""
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"


class AdmonitionMove(StrEnum):
    """What can be done to a talk."""

    DATE = "date"
    MINUTES = "minutes"
    KEEP = "keep"
    REFER = "refer"
    WITHDRAW = "withdraw"


class Ground(StrEnum):
    """Why a talk was called."""

    UNANSWERED = "unanswered"
    SECOND_ORDER = "second_order"
    FALSIFIED = "falsified"
    BY_HAND = "by_hand"


class ReferralState(StrEnum):
    """Where a referral stands: the ladder prepares it, a person of the Office sends it."""

    PREPARED = "prepared"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class ReferralMove(StrEnum):
    """What can be done to a referral."""

    SEND = "send"
    WITHDRAW = "withdraw"


ORDER_STATE_NAMES = {
    OrderState.ISSUED: "待答复",
    OrderState.ANSWERED: "已答复待审核",
    OrderState.SENT_BACK: "答复退回",
    OrderState.ACCEPTED: "答复通过",
    OrderState.WITHDRAWN: "已撤销",
}
ADMONITION_STATE_NAMES = {
    AdmonitionState.CALLED: "待安排",
    AdmonitionState.DATED: "已定日期",
    AdmonitionState.HELD: "已约谈，跟踪承诺",
    AdmonitionState.KEPT: "承诺已兑现",
    AdmonitionState.REFERRED: "已移送",
    AdmonitionState.WITHDRAWN: "已撤销",
}
GROUND_NAMES = {
    Ground.UNANSWERED: "督办单逾期未答复",
    Ground.SECOND_ORDER: "一个季度内多次被督办",
    Ground.FALSIFIED: "整改弄虚作假",
    Ground.BY_HAND: "河长办决定",
}
SAY_IT_THEMSELVES = frozenset({Ground.UNANSWERED, Ground.SECOND_ORDER})
"""Grounds that the reason, written by the ladder, names again."""
REFERRAL_STATE_NAMES = {
    ReferralState.PREPARED: "待移送",
    ReferralState.SENT: "已移送",
    ReferralState.WITHDRAWN: "已撤销",
}

WAITING_FOR_ANSWER = frozenset({OrderState.ISSUED, OrderState.SENT_BACK})
ORDER_OPEN = WAITING_FOR_ANSWER | {OrderState.ANSWERED}
ADMONITION_OPEN = frozenset({AdmonitionState.CALLED, AdmonitionState.DATED, AdmonitionState.HELD})

ORDER_MOVES: Mapping[OrderMove, tuple[frozenset[OrderState], OrderState]] = {
    OrderMove.ANSWER: (WAITING_FOR_ANSWER, OrderState.ANSWERED),
    OrderMove.ACCEPT: (frozenset({OrderState.ANSWERED}), OrderState.ACCEPTED),
    OrderMove.SEND_BACK: (frozenset({OrderState.ANSWERED}), OrderState.SENT_BACK),
    OrderMove.WITHDRAW: (ORDER_OPEN, OrderState.WITHDRAWN),
}
ADMONITION_MOVES: Mapping[AdmonitionMove, tuple[frozenset[AdmonitionState], AdmonitionState]] = {
    AdmonitionMove.DATE: (frozenset({AdmonitionState.CALLED, AdmonitionState.DATED}), AdmonitionState.DATED),
    AdmonitionMove.MINUTES: (
        frozenset({AdmonitionState.CALLED, AdmonitionState.DATED}),
        AdmonitionState.HELD,
    ),
    AdmonitionMove.KEEP: (frozenset({AdmonitionState.HELD}), AdmonitionState.KEPT),
    AdmonitionMove.REFER: (ADMONITION_OPEN, AdmonitionState.REFERRED),
    AdmonitionMove.WITHDRAW: (ADMONITION_OPEN, AdmonitionState.WITHDRAWN),
}
REFERRAL_MOVES: Mapping[ReferralMove, tuple[frozenset[ReferralState], ReferralState]] = {
    ReferralMove.SEND: (frozenset({ReferralState.PREPARED}), ReferralState.SENT),
    ReferralMove.WITHDRAW: (frozenset({ReferralState.PREPARED}), ReferralState.WITHDRAWN),
}

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


def after_order(state: OrderState, move: OrderMove) -> OrderState:
    """The state that follows, or a Refusal that says why not."""
    return _after(ORDER_MOVES, ORDER_STATE_NAMES, "督办单", state, move)


def after_admonition(state: AdmonitionState, move: AdmonitionMove) -> AdmonitionState:
    """The state that follows, or a Refusal that says why not."""
    return _after(ADMONITION_MOVES, ADMONITION_STATE_NAMES, "约谈", state, move)


def after_referral(state: ReferralState, move: ReferralMove) -> ReferralState:
    """The state that follows, or a Refusal that says why not."""
    return _after(REFERRAL_MOVES, REFERRAL_STATE_NAMES, "移送", state, move)


def _after(
    moves: Mapping[M, tuple[frozenset[S], S]], names: Mapping[S, str], what: str, state: S, move: M
) -> S:
    sources, target = moves[move]
    if state not in sources:
        raise Refusal(f"该{what}现在是“{names[state]}”，不能这样办理。")
    return target


def besides(ground: Ground) -> str:
    """How a ground that came to a talk already called is written into its reason."""
    return f"；{GROUND_NAMES[ground]}："


def order_number(year: int, serial: int) -> str:
    """“〔2026〕12号”, as official papers are numbered. Source: 《党政机关公文格式》 GB/T 9704—2012, 7.2.5."""
    return f"〔{year}〕{serial}号"


def numbered(text: str, this_year: int) -> tuple[int, int] | None:
    """(year, serial) of a number however typed; a bare one is of this year; None for anything else."""
    said = text.strip().removeprefix("第").removesuffix("号")
    if said.isdecimal() and 0 < int(said) < 100_000 and len(said) < 6:
        return this_year, int(said)
    return case_number.parse(text)
