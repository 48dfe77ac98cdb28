"""The platform's refusals: errcode and the text that goes with it."""

TEXTS: dict[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid meida size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40053: "invalid action info",
    40059: "invalid msg id",
    40097: "invalid args",
    40113: "unsupported file type",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip {ip}, not in whitelist",
    40243: "appsecret is frozen",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    43104: "this appid does not have permission",
    43107: "user is banned from receiving the msg",
    43108: "concurrent send to one user",
    44002: "empty post data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45006: "url size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45047: "out of response count limit",
    45064: "clientmsgid size out of limit",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45110: "author size out of limit",
    45168: "sensitive words",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
    53600: "Article ID 无效",
    76021: "cgi_path not found, please check",
}


class Refused(Exception):
    """The platform's answer with an errcode; `more` are further fields of the answer."""

    def __init__(self, code: int, text: str = "", **more: object) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text or TEXTS.get(code, "unknown error")
        self.more = more


def answer_of(refused: Refused, now: int, tail: str, ip: str) -> dict[str, object]:
    """The JSON of a refusal; its text ends, as the platform's does, with a request id."""
    text = refused.text.replace("{ip}", ip)
    return {"errcode": refused.code, "errmsg": f"{text} rid: {now:08x}-{tail}", **refused.more}
