"""Why the platform does not publish, in words for the Office, and what to do then."""

from dataclasses import dataclass
from datetime import datetime

from bot.consequences import Consequence, consequence, next_try_at
from bot.press import GONE, NO_QUOTA, TOO_FAST
from rules.publishing import Became, Outcome

PUBLISH = {
    "2": "平台判定文章没有通过原创校验。请到公众平台看是哪一段与别人的文章相同，改写后再发布",
    "3": "平台处理失败，没有说原因。请过一小时再发布一次；仍不行请登录公众平台查看",
    "4": "平台审核没有通过。请登录公众平台看审核意见，改好通报模板后再发布",
    "5": "文章发布后在公众平台上被删除。需要恢复请重新发布",
    "6": "文章发布后被平台封禁。请登录公众平台看原因并申诉",
}
"""By freepublish's publish_status."""
MASS = {
    "10001": "涉嫌广告", "20001": "涉嫌政治内容", "20004": "涉嫌社会类违规", "20002": "涉嫌色情",
    "20006": "涉嫌违法犯罪",
    "20008": "涉嫌欺诈", "20013": "涉嫌侵权", "22000": "涉嫌互推", "21000": "涉嫌其他违规",
    "30001": "原创校验出错", "30002": "原创校验不允许群发", "30003": "被判为转载",
    "40001": "公众号管理员没有同意", "40002": "公众号管理员 30 分钟内没有确认",
}  # fmt: skip
"""By the number in err(…) of a mass message's status."""


def why_not_published(code: str) -> str:
    """For the publish_status of a publication that was rejected."""
    return PUBLISH.get(code, f"平台没有发布（状态 {code}）。请登录公众平台查看")


def why_not_sent(status: str) -> str:
    """For the status of a mass message that was not sent."""
    number = "".join(filter(str.isdigit, status))
    if number in ("40001", "40002"):
        return f"群发没有发出：{MASS[number]}。请管理员在手机上确认（群发保护），再发布一次"
    if number in MASS:
        return f"群发没有发出：平台认为{MASS[number]}。请登录公众平台看原因，改好后再发布"
    return f"群发没有发出（{status}）。请登录公众平台看原因，再发布一次"


def in_words(became: Became, *, is_mass: bool) -> Became:
    """The verdict, its reason as the Office reads it."""
    if became.outcome is not Outcome.REJECTED:
        return became
    return Became(became.outcome, why=(why_not_sent if is_mass else why_not_published)(became.why))


BUSY = -1
"""The platform's code for a fault of its own: what was asked for may have been done before it."""


@dataclass(frozen=True, slots=True)
class Setback:
    """What follows from a code with which the platform refused a step."""

    sentence: str
    passes: bool
    """It is tried again by itself."""
    at: datetime | None = None
    """At the earliest then; None: by the worker's own schedule."""
    gone: bool = False
    """What was uploaded before is not there any more."""
    in_doubt: bool = False
    """It may have been done all the same."""


def setback(code: int, text: str, now: datetime) -> Setback:
    """For an error code of the platform."""
    if code == TOO_FAST:
        return Setback("平台要求隔一分钟再试同一次群发", True)
    if code == NO_QUOTA:
        return Setback(
            "本月的群发次数已用完。请下个月再发，或改用不占次数的发布（--channel freepublish）", False
        )
    if code in GONE:
        return Setback("平台上的草稿或图片已不在（可能有人在公众平台上删除），重新上传", True, gone=True)
    if code in REFUSALS:
        return Setback(f"{REFUSALS[code]}（{code}）", False)
    what = consequence(code)
    if what.kind is Consequence.TRY_LATER:
        sentence = what.sentence.replace("再发", "再试").rstrip("。")
        return Setback(sentence, True, next_try_at(code, now), in_doubt=code == BUSY)
    return Setback(f"平台不接受：{code} {text}。请管理员查看后再发布", False)


REFUSALS = {
    40005: "平台不接受这种图片，请换成 jpg 或 png 再发布",
    40006: "平台认为图片太大（超过 1 MB），请换小些的图片再发布",
    40009: "平台认为图片太大，请换小些的图片再发布",
    45001: "平台认为图片太大，请换小些的图片再发布",
    45002: "平台认为文章正文太长，请删减通报模板再发布",
    45003: "平台认为标题太长（最多 32 个字），请改短通报模板的标题再发布",
    45004: "平台认为摘要太长（最多 128 个字），请改短通报模板的摘要再发布",
    45166: "平台认为正文里有不允许的内容，请改好通报模板再发布",
    48001: "公众号没有发布或群发的权限（需要认证），请管理员查看",
    53503: "草稿没有通过平台的发布检查，请登录公众平台看草稿上的提示，改好后再发布",
    53504: "平台要求在公众平台网页上使用这份草稿，请登录公众平台手工发布",
    53505: "平台要求先在公众平台网页上保存这份草稿，请登录公众平台手工发布",
}
"""What only a change helps against."""
