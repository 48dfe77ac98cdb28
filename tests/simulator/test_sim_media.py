"""Media: what may be uploaded, what comes back, and that it is gone after three days."""

import requests

from simulator.client import Platform
from simulator.samples import LABELS, photo
from tests.simulator.doubles import Product, Webhook

DAY = 86400


def upload(
    product: Product, data: bytes, name: str = "a.jpg", path: str = "media/upload", kind: str = "image"
) -> dict[str, object]:
    files = {"media": (name, data, "image/jpeg")}
    answer: dict[str, object] = product.raw("POST", path, params={"type": kind}, files=files).json()
    return answer


def test_what_was_uploaded_comes_back(product: Product) -> None:
    made = upload(product, photo("sewage"))
    assert made["type"] == "image"
    assert len(str(made["media_id"])) == 64
    got = product.raw("GET", "media/get", params={"media_id": str(made["media_id"])})
    assert got.content == photo("sewage")
    assert got.headers["Content-Type"] == "image/jpeg"


def test_a_persons_photo_is_fetched_by_its_media_id_for_three_days(
    platform: Platform, product: Product, webhook: Webhook
) -> None:
    platform.person("li").sends_photo(photo("fish"))
    media_id = webhook.received[-1].findtext("MediaId") or ""
    platform.advance(3 * DAY - 5)
    product.renew()
    assert product.raw("GET", "media/get", params={"media_id": media_id}).content == photo("fish")
    platform.advance(5)
    assert product.get("media/get", media_id=media_id)["errcode"] == 40007


def test_a_video_comes_as_an_address(platform: Platform, product: Product, webhook: Webhook) -> None:
    platform.person("li").sends_video(b"moving", short=True)
    message = webhook.received[-1]
    assert message.findtext("MsgType") == "shortvideo"
    address = product.get("media/get", media_id=message.findtext("MediaId") or "")["video_url"]
    assert requests.get(address, timeout=5).content == b"moving"


def test_what_is_refused(product: Product) -> None:
    assert upload(product, b"x", kind="poem")["errcode"] == 40004
    assert upload(product, b"x", name="a.exe")["errcode"] == 40005
    assert upload(product, b"")["errcode"] == 41005
    assert upload(product, b"x" * (64 * 1024 + 1), kind="thumb")["errcode"] == 45001
    assert product.get("media/get", media_id="none")["errcode"] == 40007


def test_material_stays(platform: Platform, product: Product) -> None:
    made = upload(product, b"x", path="material/add_material")
    assert str(made["url"]).startswith(product.url)
    assert str(upload(product, b"x", path="media/uploadimg")["url"]).startswith(product.url)
    platform.advance(30 * DAY)
    product.renew()
    assert product.raw("GET", "media/get", params={"media_id": str(made["media_id"])}).content == b"x"


def test_samples_are_photos_with_exif() -> None:
    for name in LABELS:
        assert photo(name).startswith(b"\xff\xd8")
        assert b"Exif" in photo(name)[:64]
