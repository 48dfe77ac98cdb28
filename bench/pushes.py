"""What WeChat sends, made without wechatpy: messages, their encryption and signature, the HTTP request.

Also what a server that does nothing else needs to open them and to answer (bench/echo_bare.py). Source of the
frame and of the signature: 消息加解密说明 of the platform's documentation.
"""

import base64
import hashlib
import os
import re
import struct
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
FIELD = "<{0}><![CDATA[{1}]]></{0}>"
_ENCRYPT = re.compile(rb"<Encrypt><!\[CDATA\[([^\]]+)\]\]></Encrypt>")
_SIGNATURE = re.compile(rb"<MsgSignature><!\[CDATA\[([^\]]+)\]\]></MsgSignature>")
_STAMP = re.compile(rb"<TimeStamp>(?:<!\[CDATA\[)?(\d+)(?:\]\]>)?</TimeStamp>")
_NONCE = re.compile(rb"<Nonce><!\[CDATA\[([^\]]+)\]\]></Nonce>")


@dataclass(frozen=True)
class Account:
    """An official account in safe mode (安全模式)."""

    app_id: str
    token: str
    aes_key: str

    @cached_property
    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def signature(self, *parts: str) -> str:
        """SHA-1 over the token and these parts, sorted."""
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()  # noqa: S324

    def locked(self, text: str) -> str:
        """Sixteen random bytes, length, text, app id, padding; AES-256-CBC; base64."""
        content = text.encode()
        frame = os.urandom(16) + struct.pack(">I", len(content)) + content + self.app_id.encode()
        padding = BLOCK - len(frame) % BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(frame + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def unlocked(self, encrypted: bytes | str) -> str:
        """The text of `locked`. Raises ValueError where it is not for this account."""
        decryptor = self._cipher.decryptor()
        frame = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
        content = frame[16 : -frame[-1]]
        length = int.from_bytes(content[:4], "big")
        if content[4 + length :] != self.app_id.encode():
            raise ValueError("not for this account")
        return content[4 : 4 + length].decode()

    def opened_push(self, body: bytes, query: dict[str, str]) -> str:
        """The message in a pushed body. Raises ValueError where the signature is wrong."""
        found = _ENCRYPT.search(body)
        if found is None:
            raise ValueError("nothing encrypted")
        encrypted = found[1].decode()
        if self.signature(query["timestamp"], query["nonce"], encrypted) != query["msg_signature"]:
            raise ValueError("signature")
        return self.unlocked(encrypted)

    def sealed_answer(self, text: str, timestamp: str, nonce: str) -> bytes:
        """The body of an encrypted passive reply."""
        encrypted = self.locked(text)
        signature = self.signature(timestamp, nonce, encrypted)
        words = FIELD.format("Encrypt", encrypted) + FIELD.format("MsgSignature", signature)
        return f"<xml>{words}<TimeStamp>{timestamp}</TimeStamp>{FIELD.format('Nonce', nonce)}</xml>".encode()

    def opened_answer(self, body: bytes) -> str:
        """The text of an encrypted passive reply, its signature checked. Raises ValueError."""
        found = [pattern.search(body) for pattern in (_ENCRYPT, _SIGNATURE, _STAMP, _NONCE)]
        encrypted, signature, stamp, nonce = (match[1].decode() if match else "" for match in found)
        if not encrypted or self.signature(stamp, nonce, encrypted) != signature:
            raise ValueError(f"no signed answer: {body[:80]!r}")
        return self.unlocked(encrypted)


def request_of(account: Account, host: str, openid: str, content: str, number: int, at: int) -> bytes:
    """One push as it goes over the wire: `content` are the fields of its kind, `at` seconds since 1970."""
    text = (
        f"<xml>{FIELD.format('ToUserName', 'gh_bench')}{FIELD.format('FromUserName', openid)}"
        f"<CreateTime>{at}</CreateTime>{content}<MsgId>{number}</MsgId></xml>"
    )
    encrypted, nonce, stamp = account.locked(text), str(number % 10**9 + 10**9), str(at)
    body = f"<xml>{FIELD.format('ToUserName', 'gh_bench')}{FIELD.format('Encrypt', encrypted)}</xml>".encode()
    query = (
        f"signature={account.signature(stamp, nonce)}&timestamp={stamp}&nonce={nonce}&openid={openid}"
        f"&encrypt_type=aes&msg_signature={account.signature(stamp, nonce, encrypted)}"
    )
    head = (
        f"POST /wechat?{query} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def text(words: str) -> str:
    """The fields of a text message."""
    return f"{FIELD.format('MsgType', 'text')}{FIELD.format('Content', words)}"


def photo(media_id: str) -> str:
    """The fields of a photograph."""
    url = FIELD.format("PicUrl", f"http://mmbiz.qpic.cn/mmbiz_jpg/{media_id}/0")
    return f"{FIELD.format('MsgType', 'image')}{url}{FIELD.format('MediaId', media_id)}"


def place(latitude: float, longitude: float) -> str:
    """The fields of a position, GCJ-02 as the platform gives it."""
    return (
        f"{FIELD.format('MsgType', 'location')}<Location_X>{latitude:.6f}</Location_X>"
        f"<Location_Y>{longitude:.6f}</Location_Y><Scale>15</Scale>{FIELD.format('Label', '河边')}"
    )
