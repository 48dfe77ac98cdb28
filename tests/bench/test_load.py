"""The load generator: who was met in an earlier run goes on from there."""

from typing import Any

from bench.load import MET, Crowd
from bench.talk import Person

ORDER: dict[str, Any] = {
    "account": ["wx0", "token", "A" * 43], "host": "127.0.0.1", "port": 1, "mix": "reports", "people": 200,
    "echo": False, "kinds": ["岸线垃圾"], "places": [(39.2, 117.1)], "cores": [], "name": "",
}  # fmt: skip


def people_of(crowd: Crowd) -> list[Person]:
    return crowd._people


def test_who_was_met_stands_where_the_first_run_brought_them_and_says_nothing_twice() -> None:
    first, again = Crowd(ORDER), Crowd(ORDER)
    said = [line for *_, line in first._beginnings()]
    again.met()
    assert [person.said for person in people_of(again)] == [person.said for person in people_of(first)]
    assert {person.said for person in people_of(again)} == {0, 1, 2, 3, 4}
    assert len(said) + len(people_of(first)) < MET
    assert again._number - first._number == MET
