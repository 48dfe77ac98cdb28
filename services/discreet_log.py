"""What is logged names nobody and gives no key away: openids, telephone numbers, tokens, secrets, signed links.

“Rather a harmless word too many hidden than one openid shown”: whatever could be one is taken out, wherever
it stands, in messages, arguments, extra fields and the texts of errors alike.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

from rules.privacy import TELEPHONE

OPENID = re.compile(r"o[A-Za-z0-9_-]{27,}")
"""Also where it is joined to something else: `report_oABC…`."""
LONG = re.compile(r"[A-Za-z0-9_-]{80,}")
"""An access token has some 140 such characters; a SHA-256, which may be shown, 64."""
APP_SECRET = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])")
LINK = re.compile(r"(/c/)[A-Za-z0-9_.-]+")
PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]+(?=@)")
MOBILE = re.compile(r"1[3-9]\d{9}")
"""Also with other digits before it: an escape such as `\\x90` ends in some."""
HIDDEN_NAMES = frozenset(
    {
        "access_token", "aes_key", "app_secret", "appsecret", "authorization", "code_verifier", "encoding_aes_key",
        "js_code", "msg_signature", "openid", "password", "phone", "refresh_token", "secret", "signature",
        "telephone", "token", "touser", "unionid",
    }
)  # fmt: skip
NAMED = re.compile(
    rf"(?i)\b((?:{'|'.join(sorted(HIDDEN_NAMES, key=len, reverse=True))})\b[\"']?\s*[=:]\s*)"
    r"(?:bearer\s+)?(?:\"[^\"]*\"|'[^']*'|[^\s&,;)}\]\"'<>]+)"
)
"""`access_token=…`, `"secret": "…"`, however it is quoted."""
SHORTEST_SECRET = 6
"""A shorter one would take ordinary words with it."""


class Discretion:
    """Takes out of a text who it was and what opens doors; `secrets` are this installation's own."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        known |= {quote(secret, safe="") for secret in known}
        longest_first = sorted(known, key=lambda secret: (-len(secret), secret))
        self._own = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def __call__(self, text: str) -> str:
        """The text without them."""
        if self._own is not None:
            text = self._own.sub("<secret>", text)
        text = PASSWORD.sub(r"\1<password>", LINK.sub(r"\1<link>", text))
        text = NAMED.sub(r"\1<hidden>", text)
        text = APP_SECRET.sub("<secret>", LONG.sub("<token>", text))
        text = TELEPHONE.sub("<telephone>", OPENID.sub("<openid>", text))
        return MOBILE.sub("<telephone>", text)
