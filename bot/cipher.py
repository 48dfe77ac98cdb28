"""The door's lock: who may push to us, and how what is said there is sealed.

AES is wechatpy's (`PrpCrypto`). Signatures, framing and padding are checked here: wechatpy compares
with `!=`, accepts empty parameters, does not look at the padding, and lets six kinds of exception out.
"""

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from wechatpy.crypto import PrpCrypto

from bot.replies import SUCCESS, cdata
from bot.tree import LIMIT_BYTES, Malformed, needed, read

__all__ = ["Door", "Forged", "Malformed", "Opened"]

_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_BLOCK = 32


class Forged(Exception):
    """Not from the platform, or not from now; the message says which check failed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A push as it was meant, and what is needed to answer in the same manner."""

    plaintext: bytes
    safe: bool
    nonce: str
    key_index: int
    """0: the current EncodingAESKey, 1: the previous one (rotation)."""


class Door:
    """Checks and opens what is pushed, seals what is answered. ValueError for unusable settings.

    With `plain=False` unencrypted pushes are refused. An account in safe mode should say so: the
    signature of a plain push does not cover its body, so one seen in a proxy's log would do for
    any body while it is fresh.
    """

    def __init__(
        self,
        token: str,
        app_id: str,
        encoding_aes_key: str,
        previous_encoding_aes_key: str = "",
        freshness_seconds: int = 300,
        plain: bool = True,
    ) -> None:
        if not token or not app_id:
            raise ValueError("token and app_id must not be empty")
        keys = [encoding_aes_key] + [previous_encoding_aes_key] * bool(previous_encoding_aes_key)
        if not all(_KEY.fullmatch(key) for key in keys):
            raise ValueError("an EncodingAESKey has 43 characters of A-Z, a-z, 0-9")
        self._token = token
        self._app_id = app_id.encode()
        self._ciphers = [_Cipher(base64.b64decode(key + "=")) for key in keys]
        self._freshness = freshness_seconds
        self._plain = plain

    def verify_url(self, args: Mapping[str, str]) -> str:
        """The echostr to answer when the address is registered. Raises Forged.

        Needs no freshness: it only gives back what was sent. Answer as text/plain.
        """
        self._check(args, "signature")
        return args.get("echostr", "")

    def open(self, args: Mapping[str, str], body: bytes, now: datetime) -> Opened:
        """What was pushed with this query and body. Raises Forged or Malformed."""
        if len(body) > LIMIT_BYTES:
            raise Malformed("larger than 1 MiB")
        mode = args.get("encrypt_type", "") or "raw"
        if mode == "raw" and self._plain:
            self._check(args, "signature", now=now)
            return Opened(body, safe=False, nonce=args["nonce"], key_index=0)
        if mode != "aes":
            raise Forged("not encrypted as agreed")
        encrypted = needed(read(body), "Encrypt")
        self._check(args, "msg_signature", encrypted, now=now)
        plaintext, key_index = self._decrypt(encrypted)
        return Opened(plaintext, safe=True, nonce=args["nonce"], key_index=key_index)

    def seal(self, reply_xml: str, opened: Opened, now: datetime, random: Random) -> bytes:
        """The answer's body: encrypted with the key that opened the push, or plain where that was plain.

        `success` and the empty answer always stay plain, as the platform asks.
        """
        if not opened.safe or reply_xml in ("", SUCCESS):
            return reply_xml.encode()
        cipher = self._ciphers[opened.key_index]
        cipher_text = cipher.seal(reply_xml.encode(), self._app_id, random)
        timestamp = str(int(now.timestamp()))
        signature = _signature(self._token, timestamp, opened.nonce, cipher_text)
        return (
            f"<xml><Encrypt>{cdata(cipher_text)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(opened.nonce)}</Nonce></xml>"
        ).encode()

    def _check(
        self, args: Mapping[str, str], name: str, encrypted: str = "", now: datetime | None = None
    ) -> None:
        timestamp, nonce = args.get("timestamp", ""), args.get("nonce", "")
        if not timestamp or not nonce:
            raise Forged("timestamp or nonce is missing")
        signed = [self._token, timestamp, nonce, *([encrypted] if encrypted else [])]
        if not hmac.compare_digest(_signature(*signed).encode(), _encoded(args.get(name, ""))):
            raise Forged(f"wrong {name}")
        if now is not None and not self._fresh(timestamp, now):
            raise Forged("not from now: see freshness_seconds, and the server's clock")

    def _fresh(self, timestamp: str, now: datetime) -> bool:
        if not re.fullmatch(r"\d{1,11}", timestamp, re.ASCII):
            return False
        return abs(now.timestamp() - int(timestamp)) <= self._freshness

    def _decrypt(self, encrypted: str) -> tuple[bytes, int]:
        for index, cipher in enumerate(self._ciphers):
            try:
                return cipher.open(encrypted, self._app_id), index
            except (ValueError, IndexError, TypeError, struct.error):
                continue
        raise Malformed("no key of ours opens it, or it is for another account")


class _Cipher:
    """One AES key. The frame is: 16 random bytes, length (4 bytes), message, app id, padding to 32."""

    def __init__(self, key: bytes) -> None:
        self._aes = PrpCrypto(key).cipher

    def open(self, encrypted: str, app_id: bytes) -> bytes:
        """The message. Raises ValueError, TypeError, IndexError or struct.error if anything is wrong."""
        frame: bytes = self._aes.decrypt(base64.b64decode(encrypted, validate=True))
        padding = frame[-1]
        if not 1 <= padding <= _BLOCK or frame[-padding:] != bytes([padding]) * padding:
            raise ValueError("padding")
        content = frame[16:-padding]
        (length,) = struct.unpack(">I", content[:4])
        if not hmac.compare_digest(content[4 + length :], app_id):
            raise ValueError("app id")
        return content[4 : 4 + length]

    def seal(self, message: bytes, app_id: bytes, random: Random) -> str:
        """The sixteen bytes in front are hex digits, as in Tencent's own examples."""
        start = random.randbytes(8).hex().encode()
        frame = start + struct.pack(">I", len(message)) + message + app_id
        padding = _BLOCK - len(frame) % _BLOCK
        return base64.b64encode(self._aes.encrypt(frame + bytes([padding]) * padding)).decode()


def _signature(*parts: str) -> str:
    """The platform's: SHA-1 over the parts in byte order, without anything between them."""
    return hashlib.sha1(b"".join(sorted(map(_encoded, parts)))).hexdigest()  # noqa: S324


def _encoded(text: str) -> bytes:
    return text.encode(errors="backslashreplace")
