"""What three npm packages sealed we open, and what we seal is what they would have sealed.

vectors.json was made by make_vectors.js with wechat-crypto, @wecom/crypto and wechat-encrypt, which
share no code with us; each answer in it was opened by two of them before it was written down.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from bot.cipher import Door, Opened
from tests.bot.test_cipher import Digits, envelope

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
NOW = datetime.fromtimestamp(int(VECTORS["timestamp"]), UTC)
DOOR = Door(VECTORS["token"], VECTORS["app_id"], VECTORS["encoding_aes_key"])


@pytest.mark.parametrize("push", VECTORS["pushes"], ids=[push["by"] for push in VECTORS["pushes"]])
def test_their_pushes_are_opened(push: dict[str, str]) -> None:
    args = {
        "timestamp": VECTORS["timestamp"],
        "nonce": VECTORS["nonce"],
        "encrypt_type": "aes",
        "msg_signature": push["msg_signature"],
    }
    assert DOOR.open(args, envelope(push["encrypt"]), NOW).plaintext.decode() == push["plaintext"]


@pytest.mark.parametrize("reply", VECTORS["replies"], ids=lambda reply: len(reply["plaintext"]))
def test_our_answers_are_theirs_byte_for_byte(reply: dict[str, str]) -> None:
    opened = Opened(b"", safe=True, nonce=VECTORS["nonce"], key_index=0)
    sealed = fromstring(DOOR.seal(reply["plaintext"], opened, NOW, Digits(reply["random"])))
    assert sealed.findtext("Encrypt") == reply["encrypt"]
    assert sealed.findtext("MsgSignature") == reply["msg_signature"]


def test_the_example_in_wechat_encrypts_readme() -> None:
    door = Door("test token", "wx013591feaf25uoip", "abcdefgabcdefgabcdefgabcdefgabcdefgabcdefg0")
    encrypted = (
        "elJAUQEY0yKnbLbmXYdacAoDEmJlzdMeB3ryWEtNOQnJ2n1h9Y0ocSYYsW8YsrVrWhJrZe4gKKrzMs1JBCHFNHlFYCMBigDMU41WGxjwuls"
        "LjglXd+Cr7Mq/RV7TUwkkqX9+y0KmIIqAl+qYJUnuYvaug5bBMcikP9kDj3OzQ41Oppt0hzNGq7tw6RFplSW75ItMVY6Vi0d+NJTLuvIWwQ"
        "qDIytcVJnNQFHOTRmm9sUVVm0kNiQp7sQljoif+j/JjMkB1fQXtrwUkLup0ql4vGZ8/126qWFR8p8tmzbDm4U/tdgLYLnEv7XFMT6cmYprm"
        "Ez3cyN2yWuRfKcCBOgKyUfEt+NYwnE+1l5QK2nbOkMqorqmvc66zo0VYVj4o8nV+laMy3Celz3rDUAJMKXk/FN8ZjOsyn7sDJlo8iAhHtg="
    )
    args = {
        "timestamp": "1565268520",
        "nonce": "331748743",
        "encrypt_type": "aes",
        "msg_signature": "f0d525f5e849b1cd8f628eff2121b4d16765b7f2",
    }
    now = datetime.fromtimestamp(1565268520, UTC)
    assert b"Hello world" in door.open(args, envelope(encrypted), now).plaintext
