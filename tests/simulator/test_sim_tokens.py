"""access_token: the ordinary and the stable one, their lives, their grace, and their isolation."""

import pytest
import requests

from simulator.client import Platform
from simulator.server import Simulator
from tests.simulator.doubles import Product


def errcode(product: Product, token: str) -> int:
    """What a call with this token is told (0: it works)."""
    product.token = token
    return int(product.get("getcallbackip").get("errcode", 0))


def test_the_stable_token_stays_the_same(platform: Platform, product: Product) -> None:
    first = product.stable_token()
    platform.advance(6000)
    second = product.stable_token()
    assert second == {"access_token": first["access_token"], "expires_in": 1200}
    assert len(first["access_token"]) > 130


def test_in_its_last_five_minutes_a_new_one_comes_and_both_work(platform: Platform, product: Product) -> None:
    old = product.stable_token()["access_token"]
    platform.advance(7200 - 299)
    new = product.stable_token()
    assert (new["access_token"] != old, new["expires_in"]) == (True, 7200)
    assert [errcode(product, old), errcode(product, new["access_token"])] == [0, 0]
    platform.advance(300)
    assert [errcode(product, old), errcode(product, new["access_token"])] == [42001, 0]


def test_a_forced_refresh_kills_the_old_one_but_not_twice_in_30_seconds(
    platform: Platform, product: Product
) -> None:
    old = product.stable_token()["access_token"]
    new = product.stable_token(force_refresh=True)["access_token"]
    assert [errcode(product, old), errcode(product, new)] == [40001, 0]
    assert product.stable_token(force_refresh=True)["access_token"] == new
    platform.advance(31)
    assert product.stable_token(force_refresh=True)["access_token"] != new


def test_twenty_forced_refreshes_a_day(platform: Platform, product: Product) -> None:
    tokens = set()
    for _ in range(22):
        tokens.add(product.stable_token(force_refresh=True)["access_token"])
        platform.advance(31)
    assert len(tokens) == 20


def test_the_ordinary_token_is_replaced_at_each_call_with_five_minutes_grace(
    platform: Platform, product: Product
) -> None:
    first, second = (product.new_token()["access_token"] for _ in range(2))
    assert [errcode(product, first), errcode(product, second)] == [0, 0]
    platform.advance(299)
    assert errcode(product, first) == 0
    platform.advance(1)
    assert [errcode(product, first), errcode(product, second)] == [40001, 0]
    platform.advance(7200)
    assert errcode(product, second) == 42001


def test_the_two_kinds_do_not_know_each_other(platform: Platform, product: Product) -> None:
    stable = product.stable_token()["access_token"]
    for _ in range(3):
        product.new_token()
    platform.advance(400)
    assert errcode(product, stable) == 0
    ordinary = product.new_token()["access_token"]
    product.stable_token(force_refresh=True)
    assert [errcode(product, ordinary), errcode(product, stable)] == [0, 40001]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, 40002),
        ({"grant_type": "client_credential"}, 41002),
        ({"grant_type": "client_credential", "appid": "wx"}, 40013),
        ({"grant_type": "client_credential", "appid": "wx5e0a11b2c3d4f506"}, 41004),
        ({"grant_type": "client_credential", "appid": "wx5e0a11b2c3d4f506", "secret": "x"}, 40125),
    ],
)
def test_who_may_have_a_token(sim: Simulator, query: dict[str, str], code: int) -> None:
    answer = requests.get(f"{sim.url}/cgi-bin/token", params=query, timeout=5)
    assert (answer.status_code, answer.json()["errcode"]) == (200, code)


def test_tokens_that_never_were(product: Product) -> None:
    assert product.get("getcallbackip", access_token="x")["errcode"] == 40014
    product.token = ""
    assert product.get("getcallbackip")["errcode"] == 41001


def test_errors_end_with_a_request_id(product: Product, sim: Simulator) -> None:
    text = product.get("getcallbackip", access_token="x")["errmsg"]
    words, _, rid = text.partition(" rid: ")
    assert words == "invalid access_token"
    assert abs(int(rid[:8], 16) - sim.world.clock.now()) <= 2
    assert [len(part) for part in rid.split("-")] == [8, 8, 8]


def test_stable_token_is_posted(product: Product) -> None:
    assert product.get("stable_token")["errcode"] == 43002


def test_invalidated_tokens_and_the_whitelist(platform: Platform, product: Product) -> None:
    old = product.token
    platform.breaks("token_invalidated")
    assert errcode(product, old) == 40001
    new = product.stable_token()["access_token"]
    assert errcode(product, new) == 0
    platform.account(ip_whitelist=["10.0.0.1"])
    refused = product.stable_token()
    assert refused["errcode"] == 40164
    assert refused["errmsg"].startswith("invalid ip 127.0.0.1, not in whitelist")


def test_two_thousand_ordinary_tokens_a_day(platform: Platform, product: Product) -> None:
    platform.limit("/cgi-bin/token", 2)
    assert [product.new_token().get("errcode", 0) for _ in range(3)] == [0, 0, 45009]
    used = product.post("openapi/quota/get", {"cgi_path": "/cgi-bin/token"})["quota"]
    assert used == {"daily_limit": 2, "used": 2, "remain": 0}
    product.post("clear_quota", {"appid": product.account.appid})
    assert "access_token" in product.new_token()


def test_the_log_of_calls_keeps_no_secrets(platform: Platform, product: Product) -> None:
    product.new_token()
    product.get("getcallbackip")
    logged = str(platform.calls())
    assert product.account.secret not in logged
    assert product.token not in logged
    assert [call["path"] for call in platform.calls()][-1] == "/cgi-bin/getcallbackip"
