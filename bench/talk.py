"""What the people of the benchmark say, and what a right answer must contain."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench import pushes

STEP = "inside a report's conversation: photo 50 %, place 20 %, words 20 %, 取消 10 %"
REPORTS = "whole reports: photo → place → words → kind → 提交, five messages to a ticket"

TICKET = "提交成功，编号"

_ROUNDS: dict[str, tuple[tuple[str, str], ...]] = {
    "step": (
        ("photo", "照片 1 张"), ("place", "请核对"), ("words", "说明："), ("photo", "照片 2 张"),
        ("photo", "照片 3 张"), ("place", "请核对"), ("photo", "照片 4 张"), ("words", "说明："),
        ("photo", "照片 5 张"), ("取消", "已取消"),
    ),
    "reports": (
        ("photo", "还缺地点"), ("place", "回复数字选择"), ("words", "回复数字选择"), ("kind", "类别："),
        ("提交", TICKET),
    ),
}  # fmt: skip
"""Each mix: what is sent, and what the next question or receipt contains."""


@dataclass(frozen=True)
class Line:
    """A message, and what its answer must contain: the product's, and an echo's."""

    fields: str
    answer: str
    echo: str


@dataclass
class Person:
    """Somebody who writes, and how many messages of the mix they have sent."""

    openid: str
    said: int = 0


@dataclass(frozen=True)
class Mix:
    """A round of messages that every person repeats."""

    name: str
    kinds: Sequence[str]
    """Names of the kinds of problem, in the order of the question."""
    places: Sequence[tuple[float, float]]
    """Latitude and longitude (GCJ-02) of places that lie at one reach of one town."""

    @property
    def length(self) -> int:
        """Messages to a round."""
        return len(_ROUNDS[self.name])

    def next_line(self, person: Person, number: int) -> Line:
        """The next message of this person, who moves on. `number` makes it different from all others."""
        what, answer = _ROUNDS[self.name][person.said % self.length]
        person.said += 1
        if what == "photo":
            return Line(pushes.photo(f"bench-media-{number:026d}"), answer, "收到")
        if what == "place":
            return Line(pushes.place(*self.places[number % len(self.places)]), answer, "收到")
        if what == "words":
            return _text(f"请来看一看这里的情况，第{number}次说", answer)
        if what == "kind":
            kind = number % len(self.kinds)
            return _text(str(kind + 1), answer + self.kinds[kind])
        return _text(what, answer)


def hello() -> Line:
    """What everybody says before the clock starts."""
    return _text("帮助", "怎么用")


def _text(words: str, answer: str) -> Line:
    return Line(pushes.text(words), answer, words)
