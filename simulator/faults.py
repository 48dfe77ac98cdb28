"""What can be broken on purpose, by name, and when each fault strikes."""

from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass
class Fault:
    """A fault at work: it strikes on every `every`-th match after `skip` matches, at most `times` times."""

    name: str
    place: str  # token, call, media (api: any of these three), push, job
    does: str
    label: str
    code: int = 0
    seconds: float = 0.0
    copies: int = 3
    path: str = ""
    person: str = ""  # openid
    every: int = 1
    skip: int = 0
    times: int | None = None
    id: int = 0
    seen: int = 0
    struck: int = 0

    def strikes(self, place: str, path: str, openid: str) -> bool:
        """Whether it strikes this time; counts the match."""
        places = API if self.place == "api" else {self.place}
        if place not in places or not path.startswith(self.path) or (self.person and self.person != openid):
            return False
        self.seen += 1
        due = self.seen > self.skip and (self.seen - self.skip) % self.every == 0
        if not due or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


MESSAGES = "/cgi-bin/message/"
SUBMIT = "/cgi-bin/freepublish/submit"
SEND_ALL = "/cgi-bin/message/mass/sendall"
API = frozenset({"token", "call", "media"})

CATALOGUE: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("token_invalidated", "now", "invalidate", "让当前的 access_token 立刻失效"),
        Fault("token_slow", "token", "slow", "取 token 很慢", seconds=3.0),
        Fault("token_stall", "token", "slow", "取 token 卡住 20 秒", seconds=20.0),
        Fault("token_500", "token", "http_500", "取 token 时服务器出错（500）"),
        Fault("token_busy", "token", "refuse", "取 token 时系统繁忙（-1）", code=-1),
        Fault("token_ip", "token", "refuse", "服务器地址不在白名单（40164）", code=40164),
        Fault("token_secret", "token", "refuse", "AppSecret 不对（40125）", code=40125),
        Fault("token_frozen", "token", "refuse", "AppSecret 被冻结（40243）", code=40243),
        Fault("call_40001", "call", "refuse", "接口说 token 无效（40001）", code=40001),
        Fault("call_42001", "call", "refuse", "接口说 token 过期（42001）", code=42001),
        Fault("call_45009", "call", "refuse", "今天的调用次数用完（45009）", code=45009),
        Fault("call_45011", "call", "refuse", "调用太快，下一分钟再试（45011）", code=45011),
        Fault("call_busy", "call", "refuse", "系统繁忙（-1）", code=-1),
        Fault("call_48001", "call", "refuse", "接口没有权限（48001）", code=48001),
        Fault("call_500", "call", "http_500", "接口返回 500"),
        Fault("call_slow", "call", "slow", "接口变慢", seconds=3.0),
        Fault("call_stall", "call", "slow", "接口卡住 20 秒", seconds=20.0),
        Fault("call_html", "call", "html", "接口返回一张网页（HTTP 200）"),
        Fault("call_truncated", "call", "truncate", "接口返回半截 JSON"),
        Fault("call_reset", "call", "reset", "连接中断，调用没有生效"),
        Fault("call_answer_lost", "call", "answer_lost", "调用已生效，但回答丢了"),
        Fault("call_answer_slow", "call", "answer_slow", "调用已生效，但 3 秒后才回答", seconds=3.0),
        Fault("api_down", "api", "reset", "微信接口全部连不上（消息推送照常）"),
        Fault("message_43101", "call", "refuse", "用户拒收（43101）", code=43101, path=MESSAGES),
        Fault("message_43004", "call", "refuse", "用户没有关注（43004）", code=43004, path=MESSAGES),
        Fault(
            "message_45015", "call", "refuse", "超过 48 小时，不能再发（45015）", code=45015, path=MESSAGES
        ),
        Fault("message_45047", "call", "refuse", "客服消息条数用完（45047）", code=45047, path=MESSAGES),
        Fault("message_40037", "call", "refuse", "模板不存在（40037）", code=40037, path=MESSAGES),
        Fault("message_43108", "call", "refuse", "同时发给一个人（43108）", code=43108, path=MESSAGES),
        Fault("media_40007", "media", "refuse", "照片过期（40007）", code=40007),
        Fault("media_truncated", "media", "truncate", "照片只有半张"),
        Fault("media_html", "media", "html", "取照片得到一张网页"),
        Fault("media_empty", "media", "empty", "照片是空文件"),
        Fault("media_slow", "media", "slow", "取照片很慢", seconds=3.0),
        Fault("push_duplicate", "push", "duplicate", "同一条消息推送三份（seconds：副本在几秒内先后到）"),
        Fault("push_repeated", "push", "repeat", "已回复的消息又推送一次"),
        Fault("push_out_of_order", "push", "hold", "先发的后到（等到下一条之后）", seconds=2.0, every=2),
        Fault("push_same_msgid", "push", "same_msgid", "不同的人用同一个 MsgId"),
        Fault("push_same_second", "push", "same_second", "所有消息同一秒"),
        Fault("push_wrong_appid", "push", "wrong_appid", "密文里的 AppID 不对"),
        Fault("push_bad_padding", "push", "bad_padding", "密文填充错误"),
        Fault("push_previous_key", "push", "previous_key", "用上一个 AES 密钥加密"),
        Fault("push_bad_signature", "push", "bad_signature", "签名不对"),
        Fault("push_truncated", "push", "truncate", "推送的 XML 只有半截"),
        Fault("push_stale", "push", "stale", "推送的时间戳是一天前的"),
        Fault("webhook_slow", "push", "too_late", "第一次回复太慢，微信重发"),
        Fault("template_blocked", "job", "failed:user block", "模板消息被用户屏蔽（事后通知）"),
        Fault("template_failed", "job", "failed: system failed", "模板消息发送失败（事后通知）"),
        Fault("publish_refused", "job", "publish", "发布未通过", code=4, path=SUBMIT),
        Fault(
            "publish_late",
            "job",
            "publish_late",
            "发布很慢（多少秒后才有结果，不推送事件）",
            seconds=600.0,
            path=SUBMIT,
        ),
        Fault("publish_silent", "job", "publish_silent", "发布的结果不推送事件", path=SUBMIT),
        Fault("mass_refused", "job", "mass", "群发没有通过（错误码在 code 里）", code=30003, path=SEND_ALL),
        Fault("mass_silent", "job", "mass_silent", "群发的结果不推送事件", path=SEND_ALL),
    )
}
SETTABLE = frozenset({"code", "seconds", "copies", "path", "person", "every", "skip", "times"})


class Faults:
    """The faults at work now."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self._next = 1

    def inject(self, name: str, **settings: Any) -> Fault:
        """Start a fault of the catalogue; `settings` change its numbers."""
        if name not in CATALOGUE:
            raise ValueError(f"没有这种故障：{name}")
        unknown = settings.keys() - SETTABLE
        if unknown:
            raise ValueError(f"故障没有这些设置：{'、'.join(sorted(unknown))}")
        fault = replace(CATALOGUE[name], id=self._next, **settings)
        self._next += 1
        if fault.place != "now":
            self.active.append(fault)
        return fault

    def clear(self, fault_id: int | None = None) -> None:
        """End one fault, or all."""
        self.active = [fault for fault in self.active if fault_id is not None and fault.id != fault_id]

    def striking(self, place: str, path: str = "", openid: str = "") -> list[Fault]:
        """The faults that strike here and now."""
        return [fault for fault in self.active if fault.strikes(place, path, openid)]
