"""The life of a case (问题单): its states, the moves between them and who may make each.

Source: the district's procedure of 受理–退回–整改–复核–销号 as in docs/rules.md; a town may hand a case back
only before accepting it, the Office alone transfers, verifies, declines; the reporter may reopen once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.refusal import Refusal


class State(StrEnum):
    """Where a case stands (STATE_NAMES gives the Chinese)."""

    TRIAGE = "triage"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    PROVING = "proving"
    VERIFYING = "verifying"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    State.TRIAGE: "待分派",
    State.ASSIGNED: "待受理",
    State.ACCEPTED: "整改中",
    State.PROVING: "证明接收中",
    State.VERIFYING: "待复核",
    State.CLOSED: "已办结",
    State.DECLINED: "不予受理",
    State.WITHDRAWN: "已撤回",
}

OPEN = frozenset({State.TRIAGE, State.ASSIGNED, State.ACCEPTED, State.PROVING, State.VERIFYING})


class Party(StrEnum):
    """In what capacity somebody acts on a case."""

    TOWN = "town"
    OFFICE = "office"
    REPORTER = "reporter"
    SYSTEM = "system"
    HELPER = "helper"
    """Named to help on a whistle (吹哨); moves no case."""


PARTY_NAMES = {
    Party.TOWN: "镇街", Party.OFFICE: "河长办", Party.REPORTER: "举报人", Party.SYSTEM: "系统",
    Party.HELPER: "协同单位",
}  # fmt: skip


class Move(StrEnum):
    """What can be done to a case that changes its state or its town."""

    OPEN = "open"
    ASSIGN = "assign"
    ACCEPT = "accept"
    RETURN = "return"
    TRANSFER = "transfer"
    PROVE = "prove"
    PROOF_RECEIVED = "proof_received"
    PROOF_REFUSED = "proof_refused"
    PASS = "pass"
    SEND_BACK = "send_back"
    DECLINE = "decline"
    DISSATISFIED = "dissatisfied"
    REOPEN = "reopen"
    RESTORE = "restore"
    WITHDRAW = "withdraw"


MOVE_NAMES = {
    Move.OPEN: "立案",
    Move.ASSIGN: "交办",
    Move.ACCEPT: "受理",
    Move.RETURN: "退回",
    Move.TRANSFER: "转派",
    Move.PROVE: "提交整改证明",
    Move.PROOF_RECEIVED: "证明收齐，报河长办复核",
    Move.PROOF_REFUSED: "证明退回",
    Move.PASS: "复核通过",
    Move.SEND_BACK: "复核不通过",
    Move.DECLINE: "不予受理",
    Move.DISSATISFIED: "不满意重开",
    Move.REOPEN: "重开",
    Move.RESTORE: "重新办理",
    Move.WITHDRAW: "撤回",
}


@dataclass(frozen=True)
class Allowed:
    """A row of the table of moves: from which states, to which, by whom."""

    sources: frozenset[State]
    target: State
    parties: frozenset[Party]


def _row(sources: set[State], target: State, *parties: Party) -> Allowed:
    return Allowed(frozenset(sources), target, frozenset(parties))


MOVES: Mapping[Move, Allowed] = {
    Move.ASSIGN: _row({State.TRIAGE}, State.ASSIGNED, Party.SYSTEM, Party.OFFICE),
    Move.ACCEPT: _row({State.ASSIGNED}, State.ACCEPTED, Party.TOWN),
    Move.RETURN: _row({State.ASSIGNED}, State.TRIAGE, Party.TOWN),
    Move.TRANSFER: _row({State.TRIAGE, State.ASSIGNED, State.ACCEPTED}, State.ASSIGNED, Party.OFFICE),
    Move.PROVE: _row({State.ACCEPTED}, State.PROVING, Party.TOWN),
    Move.PROOF_RECEIVED: _row({State.PROVING}, State.VERIFYING, Party.SYSTEM),
    Move.PROOF_REFUSED: _row({State.PROVING}, State.ACCEPTED, Party.SYSTEM),
    Move.PASS: _row({State.VERIFYING}, State.CLOSED, Party.OFFICE),
    Move.SEND_BACK: _row({State.VERIFYING}, State.ACCEPTED, Party.OFFICE),
    Move.DECLINE: _row({State.TRIAGE, State.ASSIGNED, State.ACCEPTED}, State.DECLINED, Party.OFFICE),
    Move.DISSATISFIED: _row({State.CLOSED}, State.ACCEPTED, Party.REPORTER),
    Move.REOPEN: _row({State.CLOSED}, State.ACCEPTED, Party.OFFICE),
    Move.RESTORE: _row({State.DECLINED}, State.TRIAGE, Party.OFFICE),
    Move.WITHDRAW: _row({State.TRIAGE, State.ASSIGNED}, State.WITHDRAWN, Party.REPORTER),
}


class OutOfTurn(Refusal):
    """The case does not stand where this move begins: somebody else may have been there first."""


_INSTEAD = {
    State.TRIAGE: "等待河长办分派",
    State.ASSIGNED: "等待镇街受理",
    State.ACCEPTED: "正在整改",
    State.PROVING: "整改照片正在接收，收齐后自动报河长办复核",
    State.VERIFYING: "等待河长办复核",
    State.CLOSED: "已经办结",
    State.DECLINED: "已不予受理",
    State.WITHDRAWN: "已由举报人撤回",
}


def after(state: State, move: Move, party: Party) -> State:
    """The state that follows, or a Refusal that says why this move is not open now or not theirs."""
    row = MOVES[move]
    if party not in row.parties:
        raise Refusal(f"“{MOVE_NAMES[move]}”不由{PARTY_NAMES[party]}办理。")
    if state not in row.sources:
        first = "请先受理。" if (state, move) == (State.ASSIGNED, Move.PROVE) else ""
        raise OutOfTurn(f"现在不能{MOVE_NAMES[move]}：该案件{_INSTEAD[state]}。{first}")
    return row.target
