"""One call to the platform: with a token, one bounded retry, one family of errors, no secrets in them.

This is the only place that touches wechatpy's client. What is guarded here (measured with 1.8.18):
its own retry recurses for ever on a token that stays refused; its token fetch knows no timeout, no lock
and no `stable_token`; network errors come out as requests' own, with the token in their text; a page of
HTML is returned as if it were an answer; a file object sent again after a retry is empty.
"""

import json
import logging
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from bot.access_token import NoToken, Token, TokenStore

R = TypeVar("R")

TOKEN_REFUSED = frozenset({40001, 40014, 42001})
"""The codes that mean: this access token is not (or no longer) valid."""
TOKEN_TIMEOUT = (3.05, 5.0)
"""Seconds to connect and between bytes; two fetches fit into a store's lease."""
DOWNLOAD_SECONDS = 40.0
"""How long one download may take in all."""
CHUNK_BYTES = 1 << 16
NETWORK = (requests.RequestException, HTTPError)
"""What requests raises, and what it lets out of urllib3."""

_SECRET = re.compile(r"\b(access_token|refresh_token|secret|appsecret|code)=[^&\s\"'<>)]+")


class WeChatFault(Exception):
    """A call did not do what it should; the kinds of it follow."""


class WeChatRefused(WeChatFault):
    """The platform's answer is an error code (errcode)."""

    def __init__(self, code: int, text: str, msg_id: str = "") -> None:
        """`msg_id`: of the message that was sent before, where the code says so (45065)."""
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text
        self.msg_id = msg_id


class WeChatUnreachable(WeChatFault):
    """No answer, an HTTP error, or one that cannot be understood: whether it was done is not known."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class TooLarge(WeChatFault):
    """A file is larger than what was allowed for."""


class PlatformClient(WeChatClient):  # type: ignore[misc]
    """wechatpy's client with our token, our errors and our addresses. Shared by all threads.

    wechatpy evaluates every property of a subclass before `__init__`: there are none here.
    """

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        api_base: str,
        tokens: TokenStore,
        clock: Callable[[], datetime],
        timeout: tuple[float, float],
    ) -> None:
        super().__init__(app_id, app_secret, timeout=timeout, auto_retry=False)
        self.api_base = api_base.rstrip("/")
        self.API_BASE_URL = f"{self.api_base}/cgi-bin/"
        self._tokens = tokens
        self._clock = clock
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=32))
        for name in ("urllib3.connectionpool", "urllib3.connection"):
            logging.getLogger(name).addFilter(scrub_record)

    def fetch_access_token(self) -> None:
        """wechatpy's own, without lock and timeout; nothing here leads to it."""
        raise NotImplementedError("tokens come from the TokenStore")

    def _request(self, method: str, url_or_endpoint: str, **call: Any) -> Any:
        """What all of wechatpy's methods end in."""
        return self.with_token(lambda token: self._answer(token, method, url_or_endpoint, call))

    def with_token(self, call: Callable[[str], R]) -> R:
        """The call's result; done once more, with another token, if the platform refuses this one."""
        token = self._token()
        try:
            return call(token)
        except WeChatRefused as refused:
            if refused.code not in TOKEN_REFUSED:
                raise
        return call(self._token(failed=token))

    def without_token(self, method: str, path: str, **call: Any) -> dict[str, Any]:
        """A call that is not authorised by the access token: the token itself, and logging in."""
        response = self.send(method, f"{self.api_base}{path}", **call)
        return self.understood(response.content, path)

    def download(self, url: str, limit_bytes: int, params: dict[str, str] | None = None) -> tuple[bytes, str]:
        """The bytes and their content type, refused as TooLarge as soon as they are too many."""
        until = time.monotonic() + DOWNLOAD_SECONDS
        headers = {"Accept-Encoding": "identity"}
        with self.send("get", url, params=params, stream=True, headers=headers) as response:
            content = self._carefully(lambda: _read(response, limit_bytes, until), url)
            if not content:
                raise WeChatUnreachable(f"nothing came from {_where(url)}")
            return content, response.headers.get("Content-Type", "")

    def send(self, method: str, url: str, **call: Any) -> requests.Response:
        """The raw answer with an HTTP status below 400. Raises WeChatUnreachable."""
        call.setdefault("timeout", self.timeout)
        response: requests.Response = self._carefully(lambda: self._http.request(method, url, **call), url)
        if response.status_code >= 400:
            response.close()
            raise WeChatUnreachable(f"HTTP {response.status_code} from {_where(url)}")
        return response

    def understood(self, content: bytes, url: str) -> dict[str, Any]:
        """An answer in JSON. Raises WeChatRefused for an error code, WeChatUnreachable if it is none."""
        try:
            answer = json.loads(content.decode(errors="replace"), strict=False)
            code = int(answer.get("errcode", 0)) if isinstance(answer, dict) else None
        except (ValueError, TypeError, RecursionError):
            code = None
        if code is None:
            raise WeChatUnreachable(f"no usable answer from {_where(url)}")
        if code != 0:
            raise WeChatRefused(code, scrubbed(str(answer.get("errmsg", ""))))
        return dict(answer)

    def _answer(self, token: str, method: str, endpoint: str, call: dict[str, Any]) -> Any:
        params = {**(call.get("params") or {}), "access_token": token}
        request = super()._request
        fault: WeChatFault
        try:
            answer = request(method, endpoint, **{**call, "params": params})
        except WeChatClientException as error:
            fault = _refusal(error, endpoint)
        except (*NETWORK, ValueError, TypeError, RecursionError) as error:
            fault = WeChatUnreachable(f"{type(error).__name__} from {_where(endpoint)}")
        else:
            if isinstance(answer, dict):
                return answer
            fault = WeChatUnreachable(f"no usable answer from {_where(endpoint)}")
        raise fault  # outside the handler, so that nothing with a token in it hangs on it

    def _carefully(self, call: Callable[[], R], url: str) -> R:
        try:
            return call()
        except NETWORK as error:
            text = f"{type(error).__name__} from {_where(url)}"
        raise WeChatUnreachable(text)

    def _token(self, failed: str | None = None) -> str:
        try:
            return self._tokens.token(self.appid, self._fetch, failed).value
        except NoToken as error:
            text = str(error)
        raise WeChatUnreachable(text)

    def _fetch(self, force: bool) -> Token:
        wanted = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        body = json.dumps({**wanted, "force_refresh": True} if force else wanted).encode()
        path = "/cgi-bin/stable_token"
        asked_at = self._clock()
        answer = self.without_token("post", path, data=body, timeout=TOKEN_TIMEOUT)
        value, seconds = answer.get("access_token"), answer.get("expires_in", 7200)
        if not isinstance(value, str) or not value or not isinstance(seconds, int) or seconds <= 0:
            raise WeChatUnreachable(f"no usable answer from {path}")
        return Token(value, asked_at + timedelta(seconds=seconds))


def scrubbed(text: str) -> str:
    """The text without the values of tokens, secrets and codes that are written as `name=value`."""
    return _SECRET.sub(r"\1=***", text)


def scrub_record(record: logging.LogRecord) -> bool:
    """A filter: urllib3 logs whole addresses, and the platform wants the token in them."""
    text = record.getMessage()
    if text != (clean := scrubbed(text)):
        record.msg, record.args = clean, ()
    return True


def _refusal(error: WeChatClientException, endpoint: str) -> WeChatFault:
    if error.errcode is None:
        status = getattr(error.response, "status_code", "error")
        return WeChatUnreachable(f"HTTP {status} from {_where(endpoint)}")
    return WeChatRefused(int(error.errcode), scrubbed(str(error.errmsg)), _msg_id(error.response))


def _msg_id(response: Any) -> str:
    try:
        return str(response.json().get("msg_id", ""))
    except (AttributeError, ValueError, RecursionError):
        return ""


def _where(url: str) -> str:
    """The path alone: no query, in which the token is."""
    return re.sub(r"^https?://[^/]*", "", url).partition("?")[0]


def _read(response: requests.Response, limit_bytes: int, until: float) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > limit_bytes:
            raise TooLarge(f"more than {limit_bytes} bytes")
        if time.monotonic() > until:
            raise requests.Timeout
    return bytes(content)
