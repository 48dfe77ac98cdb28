"""Pushes as the platform makes them, by the stand-in's own cryptography: what the product is tried with."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator import crypto

TOKEN, APP_ID, KEY = "token", "wx0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PREFIX = b"0123456789abcdef"


@dataclass(frozen=True)
class Push:
    """What goes over the wire: the query and the body of a POST to /wechat."""

    query: Mapping[str, str]
    body: bytes

    def but(self, **change: str) -> "Push":
        """The same with these values in its query."""
        return Push({**self.query, **change}, self.body)


def envelope(encrypted: str) -> bytes:
    """The body of a push in safe mode."""
    return f"<xml><ToUserName>gh_0</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def plain(body: bytes, at: float, nonce: str = "n") -> Push:
    """Unencrypted (明文模式)."""
    stamp = str(int(at))
    signature = crypto.signature(TOKEN, stamp, nonce)
    return Push({"signature": signature, "timestamp": stamp, "nonce": nonce, "openid": "o-li"}, body)


def sealed(encrypted: str, at: float, body: bytes | None = None, nonce: str = "n") -> Push:
    """With this ciphertext, signed (安全模式); `body` where it is not the usual envelope."""
    push = plain(envelope(encrypted) if body is None else body, at, nonce)
    signature = crypto.signature(TOKEN, push.query["timestamp"], nonce, encrypted)
    return push.but(encrypt_type="aes", msg_signature=signature)


def safe(body: bytes, at: float, app_id: str = APP_ID) -> Push:
    """Encrypted (安全模式)."""
    return sealed(crypto.encrypt(KEY, body, app_id, PREFIX), at)


def opened(answer: bytes) -> bytes:
    """The inside of an encrypted answer."""
    encrypted = answer.split(b"<Encrypt><![CDATA[")[1].split(b"]]>")[0].decode()
    return crypto.decrypt(KEY, encrypted)[1]


def text(words: str, serial: int = 1, openid: str = "o-li") -> bytes:
    """Somebody writes."""
    content = words.replace("]]>", "]]]]><![CDATA[>")
    return fields(
        f"<MsgType>text</MsgType><Content><![CDATA[{content}]]></Content><MsgId>{serial}</MsgId>", openid
    )


def fields(inside: str, openid: str = "o-li") -> bytes:
    """Somebody sends what has these fields."""
    who = f"<ToUserName>gh_0</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>1795000000</CreateTime>"
    return f"<xml>{who}{inside}</xml>".encode()
