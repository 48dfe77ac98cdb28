"""Judging the webhook's answer as the platform would: shown, silently accepted, or 暂时无法提供服务."""

from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from simulator import crypto
from simulator.state import Account, Json

APOLOGY = "该公众号暂时无法提供服务，请稍后再试"
LONGEST = 2048  # bytes of a text
SILENT = {b"", b"success"}


class Unacceptable(Exception):
    """The platform would show its apology instead of this answer; the message says why."""


def parse(body: bytes) -> Element:
    """The root of an answer, or why it is none."""
    try:
        root: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as problem:
        raise Unacceptable(f"不是 XML：{body[:80]!r}") from problem
    if root.tag != "xml":
        raise Unacceptable(f"根元素不是 xml 而是 {root.tag}")
    return root


def value(parent: Element, path: str) -> str:
    """The text of the one element at this path; two of them are a forgery."""
    found = parent.findall(path)
    if len(found) > 1:
        raise Unacceptable(f"元素重复：{path}")
    return (found[0].text or "") if found else ""


def needed(parent: Element, path: str) -> str:
    text = value(parent, path)
    if not text:
        raise Unacceptable(f"缺少 {path}")
    return text


def unwrap(account: Account, root: Element) -> Element:
    """The message inside an encrypted answer, its signature and appid checked."""
    encrypted, stamp, nonce = (needed(root, name) for name in ("Encrypt", "TimeStamp", "Nonce"))
    if crypto.signature(account.token, stamp, nonce, encrypted) != needed(root, "MsgSignature"):
        raise Unacceptable("回复的 MsgSignature 不对")
    for key in filter(None, (account.aes_key, account.previous_aes_key)):
        try:
            _, message, appid = crypto.decrypt(key, encrypted)
        except crypto.Undecipherable:
            continue
        if appid != account.appid:
            raise Unacceptable(f"回复密文里的 AppID 不对：{appid}")
        return parse(message)
    raise Unacceptable("回复解不开密")


def read(account: Account, openid: str, body: bytes) -> Json | None:
    """What the person will see, None for nothing, or Unacceptable."""
    if body.strip() in SILENT:
        return None
    root = parse(body)
    encrypted = root.find("Encrypt") is not None
    if encrypted and account.mode == "plain":
        raise Unacceptable("明文模式下回复了密文")
    if not encrypted and account.mode == "safe":
        raise Unacceptable("安全模式下回复没有加密")
    message = unwrap(account, root) if encrypted else root
    if needed(message, "ToUserName") != openid or needed(message, "FromUserName") != account.original_id:
        raise Unacceptable("ToUserName 与 FromUserName 不对（写反了？）")
    if not needed(message, "CreateTime").isdigit():
        raise Unacceptable("CreateTime 不是整数")
    return content(message)


def content(message: Element) -> Json | None:
    """What an answer says, by its type."""
    match needed(message, "MsgType"):
        case "text":
            text = needed(message, "Content")
            if len(text.encode()) > LONGEST:
                raise Unacceptable(f"文字 {len(text.encode())} 字节，超过 {LONGEST}")
            return {"type": "text", "text": text}
        case "image":
            return {"type": "image", "text": "[图片]", "media_id": needed(message, "Image/MediaId")}
        case "voice":
            return {"type": "voice", "text": "[语音]", "media_id": needed(message, "Voice/MediaId")}
        case "video":
            media_id = needed(message, "Video/MediaId")
            return {"type": "video", "text": value(message, "Video/Title") or "[视频]", "media_id": media_id}
        case "music":
            needed(message, "Music/ThumbMediaId")
            return {"type": "music", "text": value(message, "Music/Title") or "[音乐]"}
        case "news":
            return news(message)
        case "transfer_customer_service":
            return None
        case other:
            raise Unacceptable(f"不认识的 MsgType：{other}")


def news(message: Element) -> Json:
    """One article with its link; the platform shows only the first."""
    items = message.findall("Articles/item")
    if needed(message, "ArticleCount") != str(len(items)) or not items:
        raise Unacceptable("ArticleCount 与图文条数不符")
    first: dict[str, Any] = {
        name.lower(): value(items[0], name) for name in ("Title", "Description", "PicUrl", "Url")
    }
    return {"type": "news", "text": first["title"], **first}
