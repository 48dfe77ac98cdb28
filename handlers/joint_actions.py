"""Joint actions (联合行动) by chat, for the Office: day, place, bodies, numbers and photos; listed, withdrawn."""

import re
from datetime import date
from typing import Any

from bot.conversation import Again, Begin, Commands, Done, Draft, Flow, Outcome
from bot.messages import Photo, Text, Video, Voice
from handlers import gathering, texts
from handlers.case_lines import GAP_OR_END, REASON
from handlers.gathering import SUBMIT, counted, shortened
from handlers.orders import office
from handlers.talks import DAY, in_full
from handlers.whistles import SERIAL
from models.joint_action import COUNTS, JointAction, actions_newest_first
from models.whistle import Whistle
from rules.refusal import Refusal
from services import evidence, joint_actions, whistles
from services.desk import Work

commands = Commands()
recording = Flow("joint_action", "联合行动", holds=lambda draft: bool(draft.get("place")))
NEWEST = 10
NUMBERS = {
    "officers": r"(?:出动)?\s*(\d{1,5})\s*(?:余)?(?:人|名)",
    "vehicles": r"(\d{1,4})\s*(?:辆|台|部)?\s*车|车辆?\s*(\d{1,4})",
    "boats": r"(?<!违法)(?<!非法)(\d{1,4})\s*(?:艘|条|只)?\s*船(?!只)|(?<!违法)(?<!非法)船艇?\s*(\d{1,4})",
    "sites_solved": r"解决\D{0,4}(\d{1,5})|(\d{1,5})\s*处",
    "illegal_boats": (
        r"(?:违法|非法|三无)\D{0,4}船只?\D{0,2}(\d{1,4})|(\d{1,4})\s*(?:艘|条|只)?\s*(?:违法|非法|三无)船"
    ),
    "net_metres": r"网具?\D{0,4}(\d{1,6})\s*余?米|(\d{1,6})\s*余?米\D{0,6}网",
}
"""How the numbers are said: “85人 41车 4船，解决10处，违法船17艘，网具200米”."""


def past_day(work: Work, said: re.Match[str]) -> date:
    """The day in the words; without a year the last one that was so called."""
    try:
        day = date(int(said["year"] or work.today.year), int(said["month"]), int(said["day"]))
        return day.replace(year=day.year - 1) if not said["year"] and day > work.today else day
    except ValueError as error:
        raise Refusal(texts.NO_SUCH_DAY) from error


def numbers_in(text: str) -> dict[str, int]:
    """What the words say of each of COUNTS; what they do not name is left out."""
    found: dict[str, int] = {}
    rest = text
    for name in ("illegal_boats", "net_metres", "sites_solved", "officers", "vehicles", "boats"):
        match = re.search(NUMBERS[name], rest)
        if match is not None:
            found[name] = int(next(group for group in match.groups() if group))
            rest = rest[: match.start()] + "，" + rest[match.end() :]
    return found


@commands.say(r"(?:登记)?联合行动", office)
def begin(work: Work, said: re.Match[str]) -> Begin:
    return Begin("joint_action", {})


@commands.say(rf"(?:登记)?联合行动\s*(?:属于)?吹哨{SERIAL}", office)
def begin_of_whistle(work: Work, said: re.Match[str]) -> Begin:
    return Begin("joint_action", {"whistle": whistles.called(work, said["n"]).id})


@commands.say(r"联合行动列表|查联合行动", office, interrupts=False)
def list_actions(work: Work, said: re.Match[str]) -> str:
    rows = [line_of(work, action) for action in work.session.scalars(actions_newest_first().limit(NEWEST))]
    return "\n".join([*(rows or [texts.NO_JOINT_ACTIONS]), texts.JOINT_ACTION_HOW])


@commands.say(rf"(?:联合行动作废|作废联合行动){SERIAL}{REASON}", office, interrupts=False)
def withdraw(work: Work, said: re.Match[str]) -> str:
    action = joint_actions.called(work, said["n"])
    joint_actions.withdraw(work, action, said["reason"].strip())
    return texts.JOINT_ACTION_WITHDRAWN.format(action=action.number)


def line_of(work: Work, action: JointAction) -> str:
    """One line about a joint action."""
    return texts.JOINT_ACTION_LINE.format(
        action=action.number, day=in_full(work, action.held_on), place=shortened(action.place, 24),
        bodies=shortened(action.bodies, 40), numbers=joint_actions.in_short(action),
        withdrawn="（已作废）" if action.withdrawn_at is not None else "",
    )  # fmt: skip


@recording.step("where", wants=(Text,), ask=texts.ASK_ACTION_WHERE)
def take_where(work: Work, said: Text, draft: Draft) -> Outcome:
    match = re.fullmatch(rf"{DAY}{GAP_OR_END}[\s，,：:。、；;]*(?P<place>.+)", said.text.strip())
    if match is None:
        return Again(texts.ASK_ACTION_WHERE)
    draft["on"], draft["place"] = past_day(work, match).isoformat(), match["place"].strip()
    return "bodies"


@recording.step("bodies", wants=(Text,), ask=texts.ASK_ACTION_BODIES)
def take_bodies(work: Work, said: Text, draft: Draft) -> Outcome:
    draft["bodies"] = [name for name in re.split(r"[、，,；;\s]+", said.text) if name]
    return "numbers" if draft["bodies"] else Again(texts.ASK_ACTION_BODIES)


@recording.step("numbers", wants=(Text,), ask=texts.ASK_ACTION_NUMBERS)
def take_numbers(work: Work, said: Text, draft: Draft) -> Outcome:
    draft["numbers"] = numbers_in(said.text)
    return "gather" if draft["numbers"].get("officers") else Again(texts.ASK_ACTION_NUMBERS)


@recording.step("gather", wants=(Photo, Voice, Video, Text), ask=lambda work, draft: so_far(work, draft))
def gather(work: Work, said: Any, draft: Draft) -> Outcome:
    if not isinstance(said, Text):
        if gathering.is_one_too_many(work, said, draft):
            return Again(gathering.too_many(work))
        gathering.add_medium(draft, said)
        return Again(so_far(work, draft))
    if said.text.strip() not in SUBMIT:
        gathering.add_words(draft, said.text)
        return Again(so_far(work, draft))
    action = _recorded(work, draft)
    return Done(
        texts.JOINT_ACTION_RECORDED.format(action=action.number, numbers=joint_actions.in_short(action))
    )


def _recorded(work: Work, draft: Draft) -> JointAction:
    whistle = work.session.get_one(Whistle, draft["whistle"]) if "whistle" in draft else None
    action = joint_actions.record(
        work, date.fromisoformat(draft["on"]), draft["place"], draft["bodies"], draft["numbers"],
        draft.get("words", ""), whistle,
    )  # fmt: skip
    for sent in gathering.sent_in(draft):
        row = evidence.expect(
            work, sent.medium, sent.media_id, thumb_media_id=sent.thumb_media_id, sent_at=work.now
        )
        row.action_id = action.id
    return action


def so_far(work: Work, draft: Draft) -> str:
    """What will be recorded, as it was understood, and what may still be added."""
    numbers = {name: draft["numbers"].get(name, 0) for name in COUNTS}
    return texts.ACTION_SO_FAR.format(
        day=in_full(work, date.fromisoformat(draft["on"])), place=shortened(draft["place"], 40),
        bodies="、".join(draft["bodies"]), have=f"\n已收到：{counted(draft)}" if counted(draft) else "", **numbers,
    )  # fmt: skip
