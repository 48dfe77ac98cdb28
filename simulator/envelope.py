"""A push on its way: signed, encrypted as the account's mode asks, or spoilt by a fault."""

import random
from dataclasses import dataclass

from simulator import crypto, messages
from simulator.faults import Fault
from simulator.state import Account

DAY = 86400


@dataclass(frozen=True)
class Sealed:
    """The query string and the body of one attempt."""

    query: dict[str, str]
    body: bytes


def encrypt(account: Account, plaintext: str, chance: random.Random, doings: set[str]) -> str:
    """The `Encrypt` field, right or deliberately wrong."""
    key = account.aes_key
    if "previous_key" in doings and account.previous_aes_key:
        key = account.previous_aes_key
    appid = "wxffffffffffffffff" if "wrong_appid" in doings else account.appid
    prefix = bytes(chance.choice(b"0123456789abcdefghijklmnopqrstuvwxyz") for _ in range(16))
    if "bad_padding" in doings:
        raw = prefix + len(plaintext.encode()).to_bytes(4, "big") + plaintext.encode() + appid.encode()
        return crypto.encrypt_padded(key, raw + b"\xff" * (32 - len(raw) % 32))
    return crypto.encrypt(key, plaintext.encode(), appid, prefix)


def seal(
    account: Account, openid: str, plaintext: str, now: int, chance: random.Random, faults: list[Fault]
) -> Sealed:
    """What is sent over the wire in one attempt: same plaintext, new nonce."""
    doings = {fault.does for fault in faults}
    stamp = str(now - DAY if "stale" in doings else now)
    nonce = str(chance.randrange(10**8, 2 * 10**9))
    token = account.token + ("x" if "bad_signature" in doings else "")
    query = {
        "signature": crypto.signature(token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": openid,
    }
    if "truncate" in doings:
        plaintext = plaintext[: len(plaintext) // 2]
    if account.mode == "plain":
        return Sealed(query, plaintext.encode())
    encrypted = encrypt(account, plaintext, chance, doings)
    query |= {"encrypt_type": "aes", "msg_signature": crypto.signature(token, stamp, nonce, encrypted)}
    field = messages.element("Encrypt", encrypted)
    if account.mode == "compatible":
        return Sealed(query, plaintext.replace("</xml>", f"{field}</xml>").encode())
    to = messages.element("ToUserName", account.original_id)
    return Sealed(query, f"<xml>{to}{field}</xml>".encode())


def verification(account: Account, now: int, chance: random.Random) -> dict[str, str]:
    """The query of the GET with which the platform makes sure of the webhook; `echostr` must come back."""
    stamp, nonce = str(now), str(chance.randrange(10**8, 2 * 10**9))
    return {
        "signature": crypto.signature(account.token, stamp, nonce), "timestamp": stamp, "nonce": nonce,
        "echostr": str(chance.randrange(10**18, 10**19)),
    }  # fmt: skip
