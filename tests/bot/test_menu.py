"""Our menu is one the platform takes, and what it would not take is named."""

from typing import Any

import pytest

from bot.menu import MenuRefused, checked, menu

CLICK = {"type": "click", "name": "举报", "key": "K"}


def test_our_own_menu() -> None:
    assert checked(menu()) == menu()
    names = [button["name"] for button in menu()]
    assert names == ["我要举报", "我的上报", "河长工作"]
    keys = [part["key"] for button in menu() for part in button.get("sub_button", [button])]
    assert keys == ["REPORT", "PROGRESS", "RANKING", "HELP", "TODO", "SUMMARY", "JOIN"]


@pytest.mark.parametrize(
    ("buttons", "place"),
    [
        ([], "1 to 3 buttons"),
        ([CLICK] * 4, "1 to 3 buttons"),
        ([CLICK, {**CLICK, "name": ""}], "button 2: the name"),
        ([{**CLICK, "name": "一二三四五六"}], "button 1: the name has 1 to 16 bytes"),
        ([{"name": "一二三四五六", "sub_button": [CLICK]}], "button 1: the name"),
        ([{"name": "一", "sub_button": []}], "button 1 opens 1 to 5"),
        ([{"name": "一", "sub_button": [CLICK] * 6}], "button 1 opens 1 to 5"),
        (
            [CLICK, {"name": "一", "sub_button": [CLICK, {**CLICK, "name": "长" * 21}]}],
            r"button 2\.2: the name",
        ),
        ([{**CLICK, "key": ""}], "button 1: key is missing"),
        ([{**CLICK, "key": "键" * 43}], "button 1: key has more than 128 bytes"),
        ([{"type": "view", "name": "看", "url": "http://a/" + "x" * 1016}], "url has more than 1024 bytes"),
        ([{"type": "view", "name": "看"}], "url is missing"),
        ([{"type": "miniprogram", "name": "看", "url": "http://a", "appid": "wx"}], "pagepath is missing"),
        ([{"type": "poke", "name": "看"}], "type 'poke'"),
        ([{"name": "看", "key": "K"}], "type None"),
    ],
)
def test_a_menu_the_platform_would_not_take(buttons: list[dict[str, Any]], place: str) -> None:
    with pytest.raises(MenuRefused, match=place):
        checked(buttons)


def test_a_menu_at_every_limit() -> None:
    edge = {"name": "一二三四五a", "sub_button": [{**CLICK, "name": "长" * 20, "key": "K" * 128}] * 5}
    assert checked([edge, edge, CLICK]) == [edge, edge, CLICK]
