"""The life of a case: every move that is allowed, and a sentence for each that is not."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.lifecycle import MOVE_NAMES, MOVES, OPEN, STATE_NAMES, Move, Party, State, after
from rules.refusal import Refusal


@pytest.mark.parametrize(
    ("state", "move", "party", "then"),
    [
        (State.TRIAGE, Move.ASSIGN, Party.SYSTEM, State.ASSIGNED),
        (State.ASSIGNED, Move.ACCEPT, Party.TOWN, State.ACCEPTED),
        (State.ASSIGNED, Move.RETURN, Party.TOWN, State.TRIAGE),
        (State.ACCEPTED, Move.TRANSFER, Party.OFFICE, State.ASSIGNED),
        (State.ACCEPTED, Move.PROVE, Party.TOWN, State.PROVING),
        (State.PROVING, Move.PROOF_RECEIVED, Party.SYSTEM, State.VERIFYING),
        (State.PROVING, Move.PROOF_REFUSED, Party.SYSTEM, State.ACCEPTED),
        (State.VERIFYING, Move.PASS, Party.OFFICE, State.CLOSED),
        (State.VERIFYING, Move.SEND_BACK, Party.OFFICE, State.ACCEPTED),
        (State.CLOSED, Move.DISSATISFIED, Party.REPORTER, State.ACCEPTED),
        (State.CLOSED, Move.REOPEN, Party.OFFICE, State.ACCEPTED),
        (State.DECLINED, Move.RESTORE, Party.OFFICE, State.TRIAGE),
        (State.ASSIGNED, Move.WITHDRAW, Party.REPORTER, State.WITHDRAWN),
    ],
)
def test_what_follows(state: State, move: Move, party: Party, then: State) -> None:
    assert after(state, move, party) is then


def test_a_move_by_somebody_else_says_whose_it_is_not() -> None:
    with pytest.raises(Refusal, match="不由镇街办理"):
        after(State.VERIFYING, Move.PASS, Party.TOWN)


def test_a_move_out_of_turn_says_where_the_case_stands() -> None:
    with pytest.raises(Refusal, match="现在不能受理：该案件正在整改"):
        after(State.ACCEPTED, Move.ACCEPT, Party.TOWN)


@pytest.mark.parametrize(("state", "move", "party"), list(itertools.product(State, MOVES, Party)))
def test_every_other_combination_is_refused_in_words(state: State, move: Move, party: Party) -> None:
    row = MOVES[move]
    if state in row.sources and party in row.parties:
        assert after(state, move, party) is row.target
        return
    with pytest.raises(Refusal) as refusal:
        after(state, move, party)
    assert MOVE_NAMES[move] in str(refusal.value)


@given(st.lists(st.tuples(st.sampled_from(list(MOVES)), st.sampled_from(list(Party))), max_size=30))
def test_no_sequence_of_moves_leaves_the_table(moves: list[tuple[Move, Party]]) -> None:
    state = State.TRIAGE
    for move, party in moves:
        try:
            state = after(state, move, party)
        except Refusal:
            continue
    assert state in State


def test_every_state_has_a_name_and_every_open_one_a_way_on() -> None:
    assert set(STATE_NAMES) == set(State)
    assert {source for row in MOVES.values() for source in row.sources} >= OPEN
