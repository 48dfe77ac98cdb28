"""Publishing on the stand-in: what drafts keep, what readers see, how verdicts come, what may be sent to whom."""

from typing import Any

import pytest
import requests

from simulator.client import Platform
from tests.simulator.doubles import Product, Webhook

PNG = b"\x89PNG"
DAY = 86_400


@pytest.fixture
def thumb(product: Product) -> str:
    files = {"media": ("a.png", PNG, "image/png")}
    return str(
        product.raw("POST", "material/add_material", params={"type": "image"}, files=files).json()["media_id"]
    )


@pytest.fixture
def picture(product: Product) -> str:
    files = {"media": ("a.png", PNG, "image/png")}
    return str(product.raw("POST", "media/uploadimg", files=files).json()["url"])


def drafted(product: Product, thumb: str, **changed: Any) -> dict[str, Any]:
    article = {"title": "月报", "content": "<p>正文</p>", "digest": "摘要", "thumb_media_id": thumb,
               "content_source_url": "https://a/r", "author": "河长办"}  # fmt: skip
    return product.post("draft/add", {"articles": [{**article, **changed}]})


def test_drafts_lose_scripts_and_foreign_pictures(product: Product, thumb: str, picture: str) -> None:
    content = f'<p onclick="x()">甲</p><script>alert(1)</script><img src="{picture}"><img src="https://elsewhere/b.png">'
    media_id = drafted(product, thumb, content=content)["media_id"]
    kept = product.post("draft/get", {"media_id": media_id})["news_item"][0]["content"]
    assert kept == f'<p>甲</p><img src="{picture}">'


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"title": "长" * 33}, 45003), ({"title": ""}, 45003), ({"digest": "长" * 129}, 45004),
        ({"content": "长" * 20_000}, 45002), ({"author": "长" * 17}, 45110), ({"thumb_media_id": "none"}, 40007),
        ({"content_source_url": "https://a/" + "x" * 1024}, 45006),
    ],
)  # fmt: skip
def test_what_a_draft_may_be(product: Product, thumb: str, changed: dict[str, Any], code: int) -> None:
    assert drafted(product, thumb, **changed)["errcode"] == code


def test_a_picture_of_an_article_is_below_a_megabyte_and_no_gif(product: Product) -> None:
    for name, data, code in (("a.png", bytes(1024 * 1024), 40006), ("a.gif", b"GIF89a", 40005)):
        files = {"media": (name, data, "image/png")}
        assert product.raw("POST", "media/uploadimg", files=files).json()["errcode"] == code


def test_what_was_published_is_read_back_listed_and_deleted(
    platform: Platform, product: Product, webhook: Webhook, thumb: str, picture: str
) -> None:
    media_id = drafted(product, thumb, content=f'<p>正文</p><img src="{picture}">')["media_id"]
    product.post("freepublish/submit", {"media_id": media_id})
    (article,) = platform.articles()
    html = platform.read(article["url"])
    assert "<h1>月报</h1>" in html
    assert "正文" in html
    assert 'href="https://a/r"' in html
    assert requests.get(picture, timeout=5).content == PNG
    listed = product.post("freepublish/batchget", {"offset": 0, "count": 20, "no_content": 1})
    (item,) = listed["item"]
    assert item["article_id"] == article["article_id"]
    assert item["content"]["news_item"][0]["content"] == ""
    assert (
        product.post("freepublish/getarticle", {"article_id": item["article_id"]})["news_item"][0]["title"]
        == "月报"
    )
    assert "月报" in platform.read(f"{platform.url}/published")
    assert product.post("freepublish/delete", {"article_id": item["article_id"]})["errcode"] == 0
    assert "已被发布者删除" in platform.read(article["url"])
    assert product.post("freepublish/batchget", {"offset": 0, "count": 20})["total_count"] == 0
    assert product.post("freepublish/delete", {"article_id": item["article_id"]})["errcode"] == 53600
    assert "（已删除）" in platform.read(f"{platform.url}/published")
    assert "参数错误" in platform.read(f"{platform.url}/s/none")
    platform.settle()
    event = webhook.received[-1]
    assert event.findtext("PublishEventInfo/article_detail/item/article_url") == article["url"]


def test_a_verdict_may_come_late_or_be_kept_back(
    platform: Platform, product: Product, webhook: Webhook, thumb: str
) -> None:
    platform.breaks("publish_late", seconds=60, times=1)
    media_id = drafted(product, thumb)["media_id"]
    publish_id = product.post("freepublish/submit", {"media_id": media_id})["publish_id"]
    assert product.post("freepublish/get", {"publish_id": publish_id})["publish_status"] == 1
    assert product.post("freepublish/batchget", {"offset": 0, "count": 20})["total_count"] == 0
    platform.advance(60)
    assert product.post("freepublish/get", {"publish_id": publish_id})["publish_status"] == 0
    platform.breaks("publish_silent")
    product.post("freepublish/submit", {"media_id": drafted(product, thumb)["media_id"]})
    platform.settle()
    assert webhook.received == []


def test_sent_to_all_it_has_a_page_and_a_status(
    platform: Platform, product: Product, webhook: Webhook, thumb: str
) -> None:
    li = platform.person("li")
    media_id = drafted(product, thumb)["media_id"]
    wanted = {
        "filter": {"is_to_all": True},
        "msgtype": "mpnews",
        "mpnews": {"media_id": media_id},
        "clientmsgid": "c1",
    }
    msg_id = product.post("message/mass/sendall", wanted)["msg_id"]
    (shown,) = li.inbox()
    assert (shown["title"], shown["description"]) == ("月报", "摘要")
    assert "正文" in platform.read(shown["url"])
    assert product.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_SUCCESS"
    again = product.post("message/mass/sendall", wanted)
    assert (again["errcode"], again["msg_id"]) == (45065, msg_id)
    platform.settle()
    assert webhook.received[-1].findtext("ArticleUrlResult/ResultList/item/ArticleUrl") == shown["url"]
    product.post("message/mass/delete", {"msg_id": msg_id})
    assert "已被发布者删除" in platform.read(shown["url"])
    platform.advance(DAY + 1)
    product.renew()
    assert product.post("message/mass/sendall", wanted)["errcode"] == 0  # clientmsgids are compared for a day
    assert product.post("message/mass/get", {"msg_id": 1})["errcode"] == 40059
    assert product.post("message/mass/sendall", {**wanted, "clientmsgid": "x" * 65})["errcode"] == 45064


def test_a_refused_mass_message_reaches_nobody(
    platform: Platform, product: Product, webhook: Webhook, thumb: str
) -> None:
    li = platform.person("li")
    platform.breaks("mass_refused", code=20001, times=1)
    wanted = {
        "filter": {"is_to_all": True},
        "msgtype": "mpnews",
        "mpnews": {"media_id": drafted(product, thumb)["media_id"]},
    }
    msg_id = product.post("message/mass/sendall", wanted)["msg_id"]
    platform.settle()
    assert webhook.received[-1].findtext("Status") == "err(20001)"
    assert product.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_FAIL"
    assert li.inbox() == []


def test_a_preview_reaches_one_follower(platform: Platform, product: Product, thumb: str) -> None:
    li, wang = platform.person("li"), platform.person("wang")
    media_id = drafted(product, thumb)["media_id"]
    wanted = {"touser": li.openid, "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    assert product.post("message/mass/preview", wanted)["errcode"] == 0
    (shown,) = li.inbox()
    assert (shown["title"], shown["preview"]) == ("月报", True)
    assert wang.inbox() == []
    li.unfollows()
    assert product.post("message/mass/preview", wanted)["errcode"] == 40003
