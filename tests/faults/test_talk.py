"""People read what they are told: silence and “not stored” are no answer, a list has pages."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from faults.talk import Hopeless, Talker, Tally, numbered, together
from simulator.client import Someone


class Account:
    """Answers in the order given."""

    key = "somebody"

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.heard: list[str] = []

    def says(self, words: str) -> str | None:
        self.heard.append(words)
        return self.answers.pop(0)

    def inbox(self, since: int = 0) -> Sequence[dict[str, Any]]:
        lines = [
            {"seq": 4, "kind": "reply", "text": "回复"},
            {"seq": 5, "kind": "customer_service", "text": "已受理"},
        ]
        return [line for line in lines if cast(int, line["seq"]) > since]


def talker(account: Account, patience: int = 5) -> Talker:
    return Talker(cast(Someone, account), Tally(), patience, pause=0)


def test_a_question_is_asked_until_it_is_answered() -> None:
    account = Account(None, "系统忙，刚才这条没有收到，请过一会儿再发一次。", "您还没有上报过问题。")
    somebody = talker(account)
    assert somebody.asks("进度") == "您还没有上报过问题。"
    assert (somebody.tally.unanswered, somebody.tally.busy, somebody.tally.again) == (1, 1, 2)


def test_who_asks_in_vain_despairs() -> None:
    with pytest.raises(Hopeless, match="3 times in vain"):
        talker(Account(None, None, None), patience=3).asks("进度")


def test_a_list_is_read_to_its_end_and_begun_anew_where_a_page_is_missing() -> None:
    page = "1 甲\n（还有，回复“更多”看下一页）"
    account = Account(page, None, page, "2 乙")
    assert numbered(talker(account).reads_all("待办")) == [("1", "甲"), ("2", "乙")]
    assert account.heard == ["待办", "更多", "待办", "更多"]


def test_what_came_by_itself_is_read_once() -> None:
    somebody = talker(Account())
    assert somebody.reads() == ["已受理"]
    assert somebody.reads() == []


def test_of_many_at_once_a_failure_is_raised_when_all_have_ended() -> None:
    done: list[int] = []

    def fails() -> None:
        raise Hopeless("no")

    with pytest.raises(Hopeless):
        together([fails, lambda: done.append(1), lambda: done.append(2)])
    assert sorted(done) == [1, 2]


def test_of_many_at_once_a_fault_of_the_rehearsal_itself_is_raised_too() -> None:
    nothing: dict[str, int] = {}
    with pytest.raises(KeyError, match="tickets"):
        together([lambda: nothing["tickets"], lambda: None])
