"""An independent client, wechatpy's, completes a session against the stand-in."""

import io
from typing import Any

import pytest
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from simulator.client import Platform
from simulator.server import APPID, SECRET, Simulator
from tests.simulator.doubles import Product


def wechatpy_at(sim: Simulator, product: Product) -> Any:
    """wechatpy pointed here; its token is set, because its own fetch knows only Tencent's address."""

    class Client(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{sim.url}/cgi-bin/"

    client = Client(APPID, SECRET, access_token=product.token, auto_retry=False, timeout=5)
    client.expires_at = None
    return client


def test_a_whole_session(sim: Simulator, product: Product, platform: Platform) -> None:
    client = wechatpy_at(sim, product)
    li = platform.person("li")
    li.says("你好")
    cursor = li.last()

    client.menu.create({"button": [{"type": "click", "name": "举报", "key": "R"}]})
    assert client.menu.get()["menu"]["button"][0]["name"] == "举报"
    made = client.media.upload("image", ("a.jpg", io.BytesIO(b"picture"), "image/jpeg"))
    assert client.media.download(made["media_id"]).content == b"picture"
    client.message.send_text(li.openid, "您好，河哨")
    client.message.send_image(li.openid, made["media_id"])
    platform.template("T", "通知", thing1="地点")
    client.message.send_template(li.openid, "T", {"thing1": {"value": "柳河"}}, url="http://x/")
    assert [line["text"] for line in li.inbox(cursor)] == ["您好，河哨", "[图片]", "通知\n地点：柳河"]

    code = client.qrcode.create(
        {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "river_1"}}}
    )
    assert code["url"].startswith("http://weixin.qq.com/q/")
    assert client.user.get(li.openid)["subscribe"] == 1
    assert li.openid in client.user.get_followers()["data"]["openid"]
    assert client.misc.get_wechat_ips() == ["127.0.0.1"]
    platform.settle()


def test_refusals_arrive_as_wechatpys_exception(sim: Simulator, product: Product, platform: Platform) -> None:
    client = wechatpy_at(sim, product)
    with pytest.raises(WeChatClientException) as refused:
        client.message.send_text(platform.person("li").openid, "您好")
    assert refused.value.errcode == 45015
