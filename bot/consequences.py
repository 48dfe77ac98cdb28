"""What follows from each answer of the platform to a message we sent; the delivery worker asks here."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""The platform counts its days there."""


class Consequence(StrEnum):
    """What to do with the message."""

    TRY_LATER = "try_later"
    NEXT_CHANNEL = "next_channel"
    NOBODY = "nobody"
    """Nobody can be reached there by any channel."""


class Wait(StrEnum):
    """When a message may be tried again at the earliest."""

    SCHEDULE = "schedule"
    """By the worker's own schedule."""
    NEXT_MINUTE = "next_minute"
    NEXT_DAY = "next_day"


@dataclass(frozen=True, slots=True)
class What:
    """What to do, and the sentence for the Office's list."""

    kind: Consequence
    sentence: str
    tell_operator: bool = False
    """Somebody must change a setting: it will not get better by itself."""
    wait: Wait = Wait.SCHEDULE


def consequence(code: int | None) -> What:
    """For an error code of the platform; None stands for no usable answer at all (WeChatUnreachable)."""
    if code is None:
        return _later("微信平台没有应答，稍后再发。")
    return _TABLE.get(code) or _next(f"微信平台返回未知代码 {code}，请管理员查看。", operator=True)


def next_try_at(code: int | None, now: datetime, day_begins: time = time(0, 0)) -> datetime | None:
    """The earliest next try (aware, UTC) where the code says so; None: by the worker's own schedule.

    `day_begins`: when the platform's daily quotas start anew, in China time.
    """
    match consequence(code).wait:
        case Wait.NEXT_MINUTE:
            return now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        case Wait.NEXT_DAY:
            local = now.astimezone(CHINA)
            begins = datetime.combine(local.date(), day_begins, CHINA)
            return (begins if begins > local else begins + timedelta(days=1)).astimezone(UTC)
        case Wait.SCHEDULE:
            return None


def _later(sentence: str, wait: Wait = Wait.SCHEDULE, operator: bool = False) -> What:
    return What(Consequence.TRY_LATER, sentence, operator, wait)


def _next(sentence: str, operator: bool = False) -> What:
    return What(Consequence.NEXT_CHANNEL, sentence, operator)


def _nobody(sentence: str) -> What:
    return What(Consequence.NOBODY, sentence)


_TABLE = {
    -1: _later("微信平台繁忙，稍后再发。"),
    43108: _later("同一时间给此人发送的消息过多，稍后再发。"),
    45009: _later("今日接口调用次数已用完，次日再发。", Wait.NEXT_DAY),
    44991: _later("本分钟调用次数过多，下一分钟再发。", Wait.NEXT_MINUTE),
    45011: _later("本分钟调用次数过多，下一分钟再发。", Wait.NEXT_MINUTE),
    40002: _later("取得微信凭证的请求有误，请管理员查看。", operator=True),
    40013: _later("公众号的 app_id 不正确，请管理员更正。", operator=True),
    40125: _later("公众号的 app_secret 不正确，请管理员更正。", operator=True),
    40164: _later("本机地址不在公众号的 IP 白名单内，请管理员添加。", operator=True),
    40243: _later("公众号的 app_secret 已被冻结，请管理员解冻。", operator=True),
    41004: _later("公众号的 app_secret 未填写，请管理员填写。", operator=True),
    50004: _later("公众号的接口被禁止调用，请管理员查看。", operator=True),
    50007: _later("公众号已被冻结，请管理员查看。", operator=True),
    40001: _later("微信凭证被拒绝，已重新申请，稍后再发。"),
    40014: _later("微信凭证无效，已重新申请，稍后再发。"),
    41001: _later("缺少微信凭证，稍后再发。"),
    42001: _later("微信凭证过期，已重新申请，稍后再发。"),
    40003: _nobody("此人的微信标识无效，无法送达。"),
    43104: _nobody("此人的微信标识不属于本公众号，无法送达。"),
    43004: _next("此人没有关注公众号。"),
    43101: _next("此人没有订阅或已拒收此类通知。"),
    45015: _next("此人超过 48 小时没有联系公众号，不能发送客服消息。"),
    45047: _next("此人上次联系后可发的客服消息已用完。"),
    43107: _next("此类通知被平台封禁，请管理员查看。", operator=True),
    40037: _next("消息模板编号无效，请管理员更正配置。", operator=True),
    41030: _next("消息模板的跳转页面无效，请管理员更正配置。", operator=True),
    45168: _next("消息含有平台认定的敏感词，请管理员查看。", operator=True),
    47003: _next("消息内容不符合模板字段的要求，请管理员更正配置。", operator=True),
    48001: _next("公众号没有此接口的权限，请管理员查看。", operator=True),
    40033: _next("消息含有平台不接受的字符，请管理员查看。", operator=True),
    45002: _next("消息超过平台允许的长度，请管理员查看。", operator=True),
    47001: _next("消息格式不被平台接受，请管理员查看。", operator=True),
}
