"""What we ask of the WeChat platform, a method for each; all of it goes to the two addresses configured."""

import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from bot.access_token import TokenStore
from bot.calling import PlatformClient, TooLarge, WeChatFault, WeChatRefused, WeChatUnreachable
from bot.press import Press
from bot.replies import legal, shortened

__all__ = [
    "Downloaded",
    "SceneCode",
    "Subscriber",
    "TooLarge",
    "WeChat",
    "WeChatFault",
    "WeChatRefused",
    "WeChatUnreachable",
]

ANSWER_BYTES = 4096
"""An answer in JSON is read also where a file may be smaller."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file of the media API: its bytes as they came (judge them by themselves, not by the type), or,
    for a video, the address where the bytes are."""

    content: bytes | None
    content_type: str
    video_url: str | None


@dataclass(frozen=True, slots=True)
class SceneCode:
    """A permanent code: `url` is what the QR picture says, `ticket` fetches the platform's own picture."""

    ticket: str
    url: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What the platform still tells of a user: names and pictures are empty since 2021."""

    openid: str
    following: bool
    unionid: str
    scene: str
    """The scene string of the code by which they came, "" if by none."""


class WeChat:
    """One official account (服务号). Share one per process: it keeps connections, and threads may share it.

    Every method raises WeChatRefused, WeChatUnreachable, or (downloads) TooLarge, and nothing is tried
    again here but once with another access token: when to try again is the caller's to know. A call that
    was `WeChatUnreachable` may have been carried out.
    """

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        *,
        tokens: TokenStore,
        clock: Callable[[], datetime],
        api_base: str = "https://api.weixin.qq.com",
        open_base: str = "https://open.weixin.qq.com",
        miniprogram_app_id: str = "",
        timeout: tuple[float, float] = (3.05, 8.0),
    ) -> None:
        """`timeout`: seconds to connect, and seconds between bytes."""
        self._app_id = app_id
        self._secret = app_secret
        self._open_base = open_base.rstrip("/")
        self._miniprogram = miniprogram_app_id
        self._client = PlatformClient(app_id, app_secret, api_base, tokens, clock, timeout)
        self.press = Press(self._client)
        """Articles: drafts, publishing, mass sending."""

    def send_text(self, openid: str, text: str) -> None:
        """A customer-service message (客服消息), inside the window the person opened by writing to us.
        The last guard cuts it to 2048 bytes."""
        self._client.message.send_text(openid, shortened(legal(text)))

    def send_template(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        url: str = "",
        page: str = "",
        client_msg_id: str = "",
    ) -> str:
        """A template message (模板消息) to a follower; the platform's msgid.

        `page` opens in the mini-program, where there is one. The same `client_msg_id` again within ten
        minutes is not sent twice.
        """
        message: dict[str, Any] = {"touser": openid, "template_id": template_id, "data": _values(data)}
        if url:
            message["url"] = url
        if page and self._miniprogram:
            message["miniprogram"] = {"appid": self._miniprogram, "pagepath": page}
        if client_msg_id:
            message["client_msg_id"] = client_msg_id
        return str(self._client.post("message/template/send", data=message).get("msgid", ""))

    def send_subscribe(self, openid: str, template_id: str, data: Mapping[str, str], page: str = "") -> None:
        """A subscription notice (服务号订阅通知); `page`: the address it opens."""
        self._client.message.send_subscribe_message(openid, template_id, _values(data), page=page or None)

    def download_media(self, media_id: str, limit_bytes: int) -> Downloaded:
        """What a person sent. WeChatRefused 40007: unknown, or older than three days.

        The platform answers errors and videos in JSON with HTTP 200, so the content decides.
        """
        url = f"{self._client.api_base}/cgi-bin/media/get"

        def ask(token: str) -> Downloaded:
            params = {"access_token": token, "media_id": media_id}
            content, content_type = self._client.download(url, max(limit_bytes, ANSWER_BYTES), params)
            if content.lstrip().startswith(b"{"):
                answer = self._client.understood(content, url)
                return Downloaded(None, content_type, _text(answer, "video_url"))
            if len(content) > limit_bytes:
                raise TooLarge(f"more than {limit_bytes} bytes")
            return Downloaded(content, content_type, None)

        return self._client.with_token(ask)

    def download_url(self, url: str, limit_bytes: int) -> bytes:
        """The bytes at a `video_url`."""
        return self._client.download(url, limit_bytes)[0]

    def upload_image(self, content: bytes, filename: str) -> str:
        """Keep a picture (jpg, png, gif) on the platform for three days; its media_id."""
        name = filename if filename.isascii() else f"image{PurePath(filename).suffix}"
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return _text(self._client.media.upload("image", (name, content, kind)), "media_id")

    def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        """Replace the account's menu; see bot.menu."""
        self._client.menu.create({"button": list(buttons)})

    def create_scene_code(self, scene: str) -> SceneCode:
        """A permanent code that says `scene` (1 to 64 characters) when scanned; 100 000 an account."""
        if not 1 <= len(scene) <= 64:
            raise ValueError(f"a scene has 1 to 64 characters: {scene!r}")
        wanted = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        answer = self._client.qrcode.create(wanted)
        return SceneCode(_text(answer, "ticket"), _text(answer, "url"))

    def user_info(self, openid: str) -> Subscriber:
        """Whether somebody follows, and by which code they came."""
        answer = self._client.user.get(openid)
        return Subscriber(
            openid=openid,
            following=str(answer.get("subscribe")) == "1",
            unionid=str(answer.get("unionid", "")),
            scene=str(answer.get("qr_scene_str", "")),
        )

    def authorize_url(self, redirect: str, state: str) -> str:
        """Where to send a browser inside WeChat so that it comes back to `redirect` with a code.
        `snsapi_base` asks nobody anything and never shows the snapshot page."""
        query = {
            "appid": self._app_id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._open_base}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"

    def openid_for_code(self, code: str) -> str:
        """Who came back with this code. WeChatRefused 40029, 40163: wrong or used before.
        The virtual user of a snapshot page is refused too: nothing may be done in their name."""
        query = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        answer = self._client.without_token("get", "/sns/oauth2/access_token", params=query)
        if str(answer.get("is_snapshotuser", 0)) == "1":
            raise WeChatRefused(0, "a snapshot page's virtual user")
        return _text(answer, "openid")


def _values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": legal(value)} for name, value in data.items()}


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise WeChatUnreachable(f"the answer has no {name}")
    return value
