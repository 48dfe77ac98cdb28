"""What people do with their phones, and the messages and events WeChat makes of it."""

from xml.etree.ElementTree import Element

import pytest
import requests

from simulator.client import Platform, Someone
from simulator.coordinates import gcj02
from simulator.samples import photo
from tests.simulator.doubles import Webhook


@pytest.fixture
def li(platform: Platform) -> Someone:
    return platform.person("li")


def texts(message: Element, *paths: str) -> list[str | None]:
    return [message.findtext(path) for path in paths]


def test_a_place(li: Someone, webhook: Webhook) -> None:
    assert li.sends_location(39.22, 117.13, "柳河桥") == "收到：location"
    got = texts(webhook.received[-1], "Location_X", "Location_Y", "Scale", "Label")
    assert got == ["39.22", "117.13", "16", "柳河桥"]


def test_a_place_on_an_ordinary_map_is_shifted(li: Someone, webhook: Webhook) -> None:
    li.sends_location(39.22, 117.13, datum="wgs84")
    lat, lng = gcj02(39.22, 117.13)
    assert texts(webhook.received[-1], "Location_X", "Location_Y") == [f"{lat:.6f}", f"{lng:.6f}"]
    assert lat == pytest.approx(39.2212, abs=5e-4)
    assert lng == pytest.approx(117.1363, abs=5e-4)


def test_a_voice_with_and_without_recognition(li: Someone, webhook: Webhook) -> None:
    li.sends_voice("河里有黑水")
    li.sends_voice()
    assert [message.findtext("Recognition") for message in webhook.received] == ["河里有黑水", None]
    assert texts(webhook.received[0], "MsgType", "Format") == ["voice", "amr"]


def test_video_link_and_sticker(li: Someone, webhook: Webhook) -> None:
    li.sends_video()
    li.sends_link("标题", "http://x/?a=1&b=2", "说明")
    li.sends_sticker()
    video, link, sticker = webhook.received
    assert video.findtext("MsgType") == "video"
    assert texts(link, "Title", "Description", "Url") == ["标题", "说明", "http://x/?a=1&b=2"]
    assert sticker.findtext("Content") == "【收到不支持的消息类型，暂无法显示】"


def test_an_answer_to_a_menu_of_answers(li: Someone, webhook: Webhook) -> None:
    assert li.answers("7", "满意") == "收到：满意"
    assert webhook.received[-1].findtext("bizmsgmenuid") == "7"


def test_a_photo_button_gives_the_event_and_the_photos(li: Someone, webhook: Webhook) -> None:
    replies = li.clicks_photos("PHOTO", [photo("sewage"), photo("fish")])
    assert replies == ["收到：event", "收到：image", "收到：image"]
    event = webhook.received[0]
    assert texts(event, "Event", "EventKey", "SendPicsInfo/Count") == ["pic_photo_or_album", "PHOTO", "2"]
    assert len(event.findall("SendPicsInfo/PicList/item/PicMd5Sum")) == 2


def test_a_place_button_gives_the_event_and_the_place(li: Someone, webhook: Webhook) -> None:
    assert li.clicks_location("PLACE", 39.2, 117.1, "桥") == ["收到：event", "收到：location"]
    event = webhook.received[0]
    assert texts(event, "Event", "SendLocationInfo/Location_X") == ["location_select", "39.2"]


def test_clicks_links_and_scans(li: Someone, webhook: Webhook) -> None:
    li.clicks("REPORT")
    li.opens("http://x/")
    li.does("tap", type="scancode_waitmsg", key="SCAN", result="any")
    li.does("enter", lat=39.2, lng=117.1)
    events = [message.findtext("Event") for message in webhook.received]
    assert events == ["CLICK", "VIEW", "scancode_waitmsg", "LOCATION"]
    assert webhook.received[2].findtext("ScanCodeInfo/ScanResult") == "any"


def test_following_and_leaving(platform: Platform, webhook: Webhook) -> None:
    new = platform.person("new", name="新人", following=False)
    assert new.follows() == "收到：event"
    assert new.unfollows() is not None  # the webhook answered, but nobody sees it
    assert [line["kind"] for line in new.inbox()] == ["reply"]
    assert [message.findtext("Event") for message in webhook.received] == ["subscribe", "unsubscribe"]


def test_compressed_photos_have_no_exif(platform: Platform, li: Someone) -> None:
    li.does("images", samples=["sewage"], original=False)
    media_id = platform.ask("GET", "people/li/chat")[0]["media_id"]
    data = requests.get(f"{platform.url}/mmbiz/{media_id}", timeout=5).content
    assert data.startswith(b"\xff\xd8")
    assert b"Exif" not in data[:64]


def test_people_keep_their_openid(platform: Platform, li: Someone) -> None:
    assert li.openid == platform.person("li").openid
    assert len(li.openid) == 28
    other = platform.person("x", openid="oABCDEFGHIJKLMNOPQRSTUVWXYZ1", name="某")
    assert (other.openid, other.name) == ("oABCDEFGHIJKLMNOPQRSTUVWXYZ1", "某")
