"""Tencent's own vectors both ways, and every way a push may be wrong."""

import base64
import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from random import Random

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cipher import Door, Forged, Malformed, Opened
from bot.messages import parse

TOKEN, APP_ID, KEY = "AAAAA", "wxba5fad812f8e6fb9", "A" * 43
ENCRYPTED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv"
    "6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNq"
    "J4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
SAFE = {
    "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
    "timestamp": "1714112445",
    "nonce": "415670741",
    "encrypt_type": "aes",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}
PLAIN = {
    "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
    "timestamp": "1714037059",
    "nonce": "486452656",
}


class Digits(Random):
    """Sixteen hex digits chosen by the test."""

    def __init__(self, digits: str) -> None:
        super().__init__(0)
        self.digits = digits

    def randbytes(self, n: int) -> bytes:
        return bytes.fromhex(self.digits)


def at(timestamp: str, after: int = 0) -> datetime:
    return datetime.fromtimestamp(int(timestamp) + after, UTC)


NOW = at(SAFE["timestamp"])


def envelope(encrypted: str) -> bytes:
    return f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def signed(encrypted: str, nonce: str = "1") -> dict[str, str]:
    parts = sorted([TOKEN, SAFE["timestamp"], nonce, encrypted])
    signature = hashlib.sha1("".join(parts).encode()).hexdigest()  # noqa: S324
    return {**SAFE, "nonce": nonce, "msg_signature": signature}


@pytest.fixture
def door() -> Door:
    return Door(TOKEN, APP_ID, KEY)


def test_the_address_is_verified_and_echoed(door: Door) -> None:
    args = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "4375120948345356249",
    }
    assert door.verify_url(args) == "4375120948345356249"
    with pytest.raises(Forged):
        door.verify_url({**args, "nonce": "1514711493"})


def test_a_plain_push(door: Door) -> None:
    opened = door.open(PLAIN, b"<xml/>", at(PLAIN["timestamp"], 5))
    assert opened == Opened(b"<xml/>", safe=False, nonce="486452656", key_index=0)
    assert door.open({**PLAIN, "encrypt_type": "raw"}, b"", at(PLAIN["timestamp"])).plaintext == b""


def test_an_account_in_safe_mode_takes_no_plain_push() -> None:
    with pytest.raises(Forged):
        Door(TOKEN, APP_ID, KEY, plain=False).open(PLAIN, b"<xml/>", at(PLAIN["timestamp"]))


def test_a_safe_push(door: Door) -> None:
    opened = door.open(SAFE, envelope(ENCRYPTED), NOW)
    assert (len(opened.plaintext), opened.safe, opened.key_index) == (167, True, 0)
    assert b"debug_demo" in opened.plaintext


def test_a_safe_push_in_json(door: Door) -> None:
    body = f'{{"ToUserName":"gh_97417a04a28d","Encrypt":"{ENCRYPTED}"}}'.encode()
    assert door.open(SAFE, body, NOW).plaintext == door.open(SAFE, envelope(ENCRYPTED), NOW).plaintext


def test_in_compatible_mode_only_the_inside_counts(door: Door) -> None:
    inside = b"<xml><FromUserName>li</FromUserName></xml>"
    sealed = fromstring(door.seal(inside.decode(), Opened(b"", True, "1", 0), NOW, Random(1)))
    encrypted = sealed.findtext("Encrypt") or ""
    outside = (
        f"<xml><FromUserName>wang</FromUserName><Content>1</Content><Encrypt>{encrypted}</Encrypt></xml>"
    )
    assert door.open(signed(encrypted), outside.encode(), NOW).plaintext == inside


@pytest.mark.parametrize(
    ("account", "digits", "reply", "timestamp", "encrypted", "signature"),
    [
        (
            (TOKEN, APP_ID, KEY),
            "707722b803182950",
            '{"demo_resp":"good luck"}',
            "1713424427",
            "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
            "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
        ),
        (
            ("pamtest", "wxb11529c136998cb6", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
            "aaaabbbbccccdddd",
            "我是中文abcd123",
            "1713424427",
            "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==",
            None,
        ),
    ],
)
def test_a_sealed_answer(
    account: tuple[str, str, str],
    digits: str,
    reply: str,
    timestamp: str,
    encrypted: str,
    signature: str | None,
) -> None:
    opened = Opened(b"", safe=True, nonce="415670741", key_index=0)
    sealed = fromstring(Door(*account).seal(reply, opened, at(timestamp), Digits(digits)))
    assert sealed.findtext("Encrypt") == encrypted
    assert sealed.findtext("TimeStamp") == timestamp
    assert sealed.findtext("Nonce") == "415670741"
    assert signature is None or sealed.findtext("MsgSignature") == signature


@pytest.mark.parametrize("text", ["success", ""])
def test_success_is_never_sealed(door: Door, text: str) -> None:
    assert door.seal(text, Opened(b"", True, "1", 0), NOW, Random(1)) == text.encode()


def test_a_plain_push_is_answered_plainly(door: Door) -> None:
    assert door.seal("<xml/>", Opened(b"", False, "1", 0), NOW, Random(1)) == b"<xml/>"


def test_during_rotation_the_key_that_opened_also_seals() -> None:
    old, new = Door(TOKEN, APP_ID, KEY), Door(TOKEN, APP_ID, "B" * 43, KEY)
    opened = new.open(SAFE, envelope(ENCRYPTED), NOW)
    assert opened.key_index == 1
    sealed = fromstring(new.seal("<xml/>", opened, NOW, Random(1)))
    encrypted = sealed.findtext("Encrypt") or ""
    assert old.open(signed(encrypted), envelope(encrypted), NOW).plaintext == b"<xml/>"


@pytest.mark.parametrize("after", [-301, 301, 10**9])
def test_what_is_not_from_now_is_refused(door: Door, after: int) -> None:
    with pytest.raises(Forged):
        door.open(SAFE, envelope(ENCRYPTED), at(SAFE["timestamp"], after))
    with pytest.raises(Forged):
        door.open(PLAIN, b"", at(PLAIN["timestamp"], after))


@pytest.mark.parametrize(
    "change",
    [
        {"msg_signature": ""},
        {"msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b4"},
        {"msg_signature": "签名\udc80"},
        {"msg_signature": SAFE["signature"]},
        {"timestamp": ""},
        {"timestamp": "１７１４１１２４４５"},
        {"nonce": ""},
        {"nonce": "415670742"},
        {"encrypt_type": "des"},
        {"encrypt_type": ""},
    ],
)
def test_a_forged_push(door: Door, change: dict[str, str]) -> None:
    args = {**SAFE, **change}
    if change == {"encrypt_type": ""}:
        args["signature"] = ""
    with pytest.raises(Forged):
        door.open(args, envelope(ENCRYPTED), NOW)


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
def test_nothing_may_be_missing(door: Door, name: str) -> None:
    args = {key: value for key, value in PLAIN.items() if key != name}
    with pytest.raises(Forged):
        door.open(args, b"", at(PLAIN["timestamp"]))


def test_the_signature_of_an_empty_time_and_nonce_is_refused(door: Door) -> None:
    signature = hashlib.sha1(TOKEN.encode()).hexdigest()  # noqa: S324
    with pytest.raises(Forged):
        door.verify_url({"signature": signature, "timestamp": "", "nonce": "", "echostr": "1"})


def framed(content: bytes) -> str:
    door = Door(TOKEN, APP_ID, KEY)
    return base64.b64encode(door._ciphers[0]._aes.encrypt(content)).decode()


@pytest.mark.parametrize(
    "encrypted",
    [
        "abc",  # no base64
        "AAAA",  # not a block
        "中文",
        base64.b64encode(bytes(64)).decode(),
        framed(bytes(32)),  # padding of nought
        framed(b"x" * 31 + b"\x40"),  # padding longer than a block
        framed(b"x" * 30 + b"\x01\x02"),  # padding that is not one
        framed(b"\x20" * 32),  # nothing but padding
        framed(
            b"r" * 16 + b"\x00\x00\x00\x02hi" + APP_ID.encode() + b"\x00" * 23 + b"\x18"
        ),  # only its last byte
        framed(b"r" * 16 + b"\xff\xff\xff\xff" + b"hello" + APP_ID.encode()[:4] + b"\x03" * 3),
        framed(b"r" * 16 + b"\x00\x00\x00\x02hi" + b"wx_other_app__" + b"\x1c" * 28),  # another account's
    ],
)
def test_signed_but_unusable(door: Door, encrypted: str) -> None:
    with pytest.raises(Malformed):
        door.open(signed(encrypted), envelope(encrypted), NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"<xml><Encrypt/></xml>",
        b"<xml>" + b" " * (1 << 20) + b"</xml>",
        b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
        b"[]",
        b'{"Encrypt": {"a": 1}}',
    ],
)
def test_a_body_without_a_secret_in_it(door: Door, body: bytes) -> None:
    with pytest.raises(Malformed):
        door.open(SAFE, body, NOW)


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "A" * 42 + "-", "A" * 42 + "="])
def test_a_key_that_is_none_is_refused_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        Door(TOKEN, APP_ID, key)
    if key:
        with pytest.raises(ValueError, match="43"):
            Door(TOKEN, APP_ID, KEY, key)


def test_an_empty_token_is_refused() -> None:
    with pytest.raises(ValueError, match="token"):
        Door("", APP_ID, KEY)


def only_refuses(open_it: Callable[[], object]) -> None:
    with suppress(Forged, Malformed):
        open_it()


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from([*SAFE, "openid"]), st.text()), st.binary(max_size=400))
def test_whatever_comes_is_refused_or_opened(args: dict[str, str], body: bytes) -> None:
    only_refuses(lambda: Door(TOKEN, APP_ID, KEY).open({**SAFE, **args}, body, NOW))


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200))
def test_whatever_was_encrypted_is_refused_or_opened(content: bytes) -> None:
    encrypted = framed(content + bytes(-len(content) % 16))
    only_refuses(lambda: Door(TOKEN, APP_ID, KEY).open(signed(encrypted), envelope(encrypted), NOW))


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_what_is_sealed_is_opened_again(text: str) -> None:
    door = Door(TOKEN, APP_ID, KEY)
    reply = "<" + text.encode(errors="ignore").decode()
    sealed = fromstring(door.seal(reply, Opened(b"", True, "7", 0), NOW, Random(1)))
    encrypted = sealed.findtext("Encrypt") or ""
    assert door.open(signed(encrypted), envelope(encrypted), NOW).plaintext.decode() == reply


def test_tencents_own_push_is_a_message_we_can_read(door: Door) -> None:
    message = parse(door.open(SAFE, envelope(ENCRYPTED), NOW).plaintext)
    assert message.account.startswith("gh_")
