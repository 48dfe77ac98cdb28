"""An independent party, wechatpy, reads our pushes and writes the replies, in every mode."""

from collections.abc import Callable

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature
from werkzeug.wrappers import Request, Response

from simulator.client import Platform
from simulator.replies import APOLOGY
from simulator.server import AES_KEY, APPID, TOKEN
from tests.simulator.doubles import Webhook


def with_wechatpy(key: str = AES_KEY, mode: str = "safe") -> Callable[[Request], Response]:
    """A webhook as one writes it with wechatpy: says what it heard."""

    def answer(request: Request) -> Response:
        crypto = WeChatCrypto(TOKEN, key, APPID)
        query, body = request.args, request.get_data().decode()
        if mode == "plain":
            check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
            message = parse_message(body)
        else:
            plain = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
            message = parse_message(plain)
        reply = TextReply(content=f"收到{message.content}", message=message).render()
        sealed = (
            reply if mode == "plain" else crypto.encrypt_message(reply, query["nonce"], query["timestamp"])
        )
        return Response(sealed)

    return answer


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
@pytest.mark.parametrize("words", ["你好", "a", "表情😀，甲\n乙", "长" * 600])
def test_wechatpy_understands_us_and_we_understand_it(
    platform: Platform, webhook: Webhook, mode: str, words: str
) -> None:
    platform.account(mode=mode)
    webhook.sealed = with_wechatpy(mode=mode)
    assert platform.person("li").says(words) == f"收到{words}"


def test_cdata_is_safe_on_its_way_to_wechatpy(platform: Platform, webhook: Webhook) -> None:
    heard: list[str] = []

    def listen(request: Request) -> Response:
        heard.append(parse_message(request.get_data().decode()).content)
        return Response("success")

    webhook.sealed = listen
    assert platform.person("li").says("坏]]><MsgType>x</MsgType>") is None
    assert heard == ["坏]]><MsgType>x</MsgType>"]


def test_each_mode_has_its_query_and_body(platform: Platform, webhook: Webhook) -> None:
    bodies: list[str] = []

    def keep(request: Request) -> Response:
        bodies.append(request.get_data().decode())
        return Response("success")

    webhook.sealed = keep
    li = platform.person("li")
    for mode in ("plain", "compatible", "safe"):
        platform.account(mode=mode)
        li.says("你好")
    common = {"signature", "timestamp", "nonce", "openid"}
    assert [set(query) - common for query in webhook.queries] == [
        set(), {"encrypt_type", "msg_signature"}, {"encrypt_type", "msg_signature"},
    ]  # fmt: skip
    assert ["Encrypt" in body for body in bodies] == [False, True, True]
    assert ["你好" in body for body in bodies] == [True, True, False]


def test_a_plain_reply_in_safe_mode_is_not_shown(platform: Platform, webhook: Webhook) -> None:
    platform.account(mode="safe")
    webhook.sealed = lambda request: Response("<xml><MsgType>text</MsgType></xml>")
    li = platform.person("li")
    assert li.says("你好") is None
    assert li.inbox()[-1]["text"] == APOLOGY
    assert "没有加密" in platform.pushes()[-1]["reason"]


def test_a_rotated_key_is_used_at_once_and_replies_with_the_old_one_still_count(
    platform: Platform, webhook: Webhook
) -> None:
    platform.account(mode="safe")
    new = platform.rotate_aes_key()
    webhook.sealed = with_wechatpy(new)
    li = platform.person("li")
    assert li.says("新") == "收到新"
    platform.breaks("push_previous_key")
    webhook.sealed = with_wechatpy(AES_KEY)
    assert li.says("旧") == "收到旧"


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        ("push_wrong_appid", InvalidAppIdException),
        ("push_bad_signature", InvalidSignatureException),
        ("push_bad_padding", Exception),
    ],
)
def test_spoilt_pushes_are_refused_by_wechatpy(
    platform: Platform, webhook: Webhook, fault: str, refusal: type[Exception]
) -> None:
    platform.account(mode="safe")
    seen: list[Exception] = []

    def answer(request: Request) -> Response:
        with pytest.raises(refusal) as caught:
            with_wechatpy()(request)
        seen.append(caught.value)
        return Response("success")

    webhook.sealed = answer
    platform.breaks(fault)
    platform.person("li").says("你好")
    assert len(seen) == 1


def test_the_address_is_verified(platform: Platform, webhook: Webhook) -> None:
    assert platform.verify()
    query = webhook.queries[-1]
    check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
