"""The account's menu, codes, followers, web identity, drafts and publishing."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from simulator.client import Platform, Refusal
from simulator.server import APPID, SECRET, Simulator
from tests.simulator.doubles import Product, Webhook

MENU = {
    "button": [
        {"type": "click", "name": "我要举报", "key": "REPORT"},
        {"name": "我的", "sub_button": [{"type": "view", "name": "公开页", "url": "http://x/"}]},
    ]
}


def test_the_menu_is_kept_as_made(platform: Platform, product: Product) -> None:
    assert product.get("menu/get")["errcode"] == 46003
    assert product.post("menu/create", MENU)["errcode"] == 0
    buttons = product.get("menu/get")["menu"]["button"]
    assert [button["name"] for button in buttons] == ["我要举报", "我的"]
    assert platform.state()["menu"]["button"] == buttons
    assert product.get("menu/delete")["errcode"] == 0
    assert product.get("menu/get")["errcode"] == 46003


CLICK: dict[str, Any] = {"type": "click", "name": "一", "key": "K"}


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([{**CLICK, "name": "六个汉字太长"}], 40018),
        ([{**CLICK, "key": "k" * 129}], 40019),
        ([{**CLICK, "type": "dance"}], 40017),
        ([{"type": "view", "name": "一", "url": ""}], 40020),
        ([{"name": "一", "sub_button": [CLICK] * 6}], 40023),
        ([{"name": "一", "sub_button": [{**CLICK, "type": "dance"}]}], 40024),
        ([{"name": "一", "sub_button": [{**CLICK, "name": "长" * 21}]}], 40025),
    ],
)
def test_menus_that_are_refused(product: Product, buttons: list[dict[str, Any]], code: int) -> None:
    assert product.post("menu/create", {"button": buttons})["errcode"] == code


def test_a_code_is_made_shown_and_scanned(platform: Platform, product: Product, webhook: Webhook) -> None:
    action = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "river_1"}}}
    made = product.post("qrcode/create", action)
    assert set(made) == {"ticket", "url"}
    shown = requests.get(f"{product.url}/cgi-bin/showqrcode", params={"ticket": made["ticket"]}, timeout=5)
    assert shown.content.startswith(b"\x89PNG")
    new = platform.person("new", following=False)
    new.scans("river_1")
    assert webhook.received[-1].findtext("Event") == "subscribe"
    assert webhook.received[-1].findtext("EventKey") == "qrscene_river_1"
    assert webhook.received[-1].findtext("Ticket") == made["ticket"]
    new.scans("river_1")
    assert webhook.received[-1].findtext("Event") == "SCAN"
    assert webhook.received[-1].findtext("EventKey") == "river_1"
    info = product.get("user/info", openid=new.openid)
    assert (info["subscribe"], info["qr_scene_str"], info["nickname"]) == (1, "river_1", "")


def test_a_temporary_code_expires(platform: Platform, product: Product) -> None:
    action = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "short"}}}
    assert product.post("qrcode/create", action)["expire_seconds"] == 60
    platform.advance(60)
    with pytest.raises(Refusal, match="过期"):
        platform.person("li").scans("short")
    action["action_info"] = {"scene": {"scene_str": "x" * 65}}
    assert product.post("qrcode/create", action)["errcode"] == 40053


def test_followers(platform: Platform, product: Product) -> None:
    li = platform.person("li")
    everybody = product.get("user/get")
    assert li.openid in everybody["data"]["openid"]
    li.unfollows()
    assert product.get("user/get")["total"] == everybody["total"] - 1
    assert product.get("user/info", openid=li.openid) == {"subscribe": 0, "openid": li.openid}
    with pytest.raises(Refusal, match="没有关注"):
        li.says("你好")


def authorize(sim: Simulator, **more: str) -> requests.Response:
    query = {"appid": APPID, "redirect_uri": "http://127.0.0.1:9/me?a=1", "response_type": "code",
             "scope": "snsapi_base", "state": "s"}  # fmt: skip
    url = f"{sim.url}/connect/oauth2/authorize"
    return requests.get(url, params={**query, **more}, timeout=5, allow_redirects=False)


def whoever(sim: Simulator, code: str) -> dict[str, Any]:
    query = {"appid": APPID, "secret": SECRET, "grant_type": "authorization_code", "code": code}
    answer: dict[str, Any] = requests.get(
        f"{sim.url}/sns/oauth2/access_token", params=query, timeout=5
    ).json()
    return answer


def test_a_page_learns_who_opened_it(sim: Simulator, platform: Platform) -> None:
    li = platform.person("li")
    back = parse_qs(urlsplit(authorize(sim, sim_person="li").headers["Location"]).query)
    assert (back["a"], back["state"]) == (["1"], ["s"])
    assert whoever(sim, back["code"][0])["openid"] == li.openid
    assert whoever(sim, back["code"][0])["errcode"] == 40163
    assert whoever(sim, "none")["errcode"] == 40029
    late = parse_qs(urlsplit(authorize(sim, sim_person="li").headers["Location"]).query)["code"][0]
    platform.advance(300)
    assert whoever(sim, late)["errcode"] == 40029


def test_an_unknown_phone_is_asked_whose_it_is(sim: Simulator) -> None:
    page = authorize(sim)
    assert page.status_code == 200
    assert "sim_person=li" in page.text
    assert authorize(sim, appid="wx0").status_code == 400


def test_a_draft_is_published_and_sent_to_all(platform: Platform, product: Product, webhook: Webhook) -> None:
    webhook.answer = lambda message: "success"
    files = {"media": ("a.jpg", b"x", "image/jpeg")}
    thumb = product.raw("POST", "material/add_material", params={"type": "image"}, files=files).json()[
        "media_id"
    ]
    article = {"title": "河湖月报", "content": "<p>正文</p>", "thumb_media_id": thumb}
    assert product.post("draft/add", {"articles": [{**article, "title": "长" * 33}]})["errcode"] == 45003
    first, second = (product.post("draft/add", {"articles": [article]})["media_id"] for _ in range(2))
    changed = {"media_id": second, "index": 0, "articles": {**article, "title": "改过"}}
    assert product.post("draft/update", changed)["errcode"] == 0
    assert product.post("draft/get", {"media_id": second})["news_item"][0]["title"] == "改过"
    assert product.get("draft/count") == {"total_count": 2}
    assert product.post("draft/batchget", {"offset": 0, "count": 1})["item"][0]["media_id"] == second
    submitted = product.post("freepublish/submit", {"media_id": first})
    result = product.post("freepublish/get", {"publish_id": submitted["publish_id"]})
    assert (result["publish_status"], result["article_detail"]["count"]) == (0, 1)
    sent = {
        "filter": {"is_to_all": True},
        "msgtype": "mpnews",
        "mpnews": {"media_id": second},
        "clientmsgid": "m1",
    }
    assert product.post("message/mass/sendall", sent)["errcode"] == 0
    assert product.post("message/mass/sendall", sent)["errcode"] == 45065
    assert platform.person("li").inbox()[-1]["text"] == "改过"
    platform.settle()
    events = [message.findtext("Event") for message in webhook.received]
    assert sorted(map(str, events)) == ["MASSSENDJOBFINISH", "PUBLISHJOBFINISH"]


def test_four_mass_messages_a_month(platform: Platform, product: Product, webhook: Webhook) -> None:
    platform.start_at(1_790_000_000)
    product.renew()
    text = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "通知"}}
    codes = [product.post("message/mass/sendall", text)["errcode"] for _ in range(5)]
    assert codes == [0, 0, 0, 0, 45028]
    platform.advance(31 * 86400)
    product.renew()
    assert product.post("message/mass/sendall", text)["errcode"] == 0
    platform.settle()


def test_publishing_may_be_refused(platform: Platform, product: Product, webhook: Webhook) -> None:
    article = {"article_type": "newspic", "title": "图", "content": "图"}
    draft = product.post("draft/add", {"articles": [article]})["media_id"]
    platform.breaks("publish_refused", code=2)
    publish_id = product.post("freepublish/submit", {"media_id": draft})["publish_id"]
    assert product.post("freepublish/get", {"publish_id": publish_id})["publish_status"] == 2
    assert product.post("draft/delete", {"media_id": draft})["errcode"] == 0
    platform.settle()
    assert webhook.received[-1].findtext("PublishEventInfo/publish_status") == "2"
