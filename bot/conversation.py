"""Talking: flows (conversations as visible tables of steps), commands, and the dispatcher that finds
where a person stands and answers every message exactly once."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import orjson

from bot import replies
from bot.messages import (
    Click,
    Follow,
    Link,
    MassResult,
    Message,
    Photo,
    Place,
    PublishResult,
    Said,
    Scan,
    Text,
    Unfollow,
    Video,
    Voice,
)
from models.conversation import Conversation
from rules.refusal import Refusal
from services import notifications, people, standing
from services.desk import Work
from services.standing import Answer, Standing

SPEAKS = (Text, Photo, Voice, Video, Place, Link)
CLICKS = (Click, Scan, Follow)
OF_NOBODY = (PublishResult, MassResult)
"""The platform's own words about what we published: it speaks as nobody who follows, and nobody is met."""

Draft: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Again:
    """Stay at this step and say so."""

    text: str


@dataclass(frozen=True)
class Done:
    """The conversation is over; `leaves` is remembered for what WeChat delivers late."""

    text: str
    leaves: Draft = field(default_factory=dict)


@dataclass(frozen=True)
class Begin:
    """Open a conversation (or go over to it) with this draft."""

    flow: str
    draft: Draft = field(default_factory=dict)
    step: str | None = None


Outcome: TypeAlias = str | Again | Done | Begin
"""What a step returns; a str names the next step, whose question is asked."""
Ask: TypeAlias = str | Callable[[Work, Draft], str]
Take: TypeAlias = Callable[[Work, Any, Draft], Outcome]


@dataclass(frozen=True)
class Step:
    """One row of a conversation's table: what it asks, what it wants, what it does with it."""

    name: str
    wants: tuple[type, ...]
    ask: Ask
    take: Take

    def question(self, work: Work, draft: Draft) -> str:
        """The sentence that asks for what this step wants."""
        return self.ask if isinstance(self.ask, str) else self.ask(work, draft)


@dataclass
class Flow:
    """A conversation: its steps in the order people meet them.

    `holds` tells whether a draft has something in it that a person would miss; `hears` which words this
    conversation wants for itself although they are commands elsewhere.
    """

    name: str
    title: str
    holds: Callable[[Draft], bool] = bool
    hears: Callable[[str], bool] = lambda text: False
    steps: dict[str, Step] = field(default_factory=dict)

    def step(self, name: str, *, wants: tuple[type, ...], ask: Ask) -> Callable[[Take], Take]:
        """Add a step; the first one is where the conversation begins."""

        def add(take: Take) -> Take:
            self.steps[name] = Step(name, wants, ask, take)
            return take

        return add

    @property
    def first(self) -> str:
        return next(iter(self.steps))


@dataclass(frozen=True)
class Command:
    """Something one can say at any time: a pattern, who may say it, what it does."""

    pattern: re.Pattern[str]
    allowed: Callable[[people.Who], bool]
    run: Callable[[Work, re.Match[str]], str | Begin]
    interrupts: bool
    """Whether it is heard in the middle of a conversation, or taken there for words like any others."""
    refuses: bool = True
    """Whether somebody who may not say it is told so, or taken to have said ordinary words."""


@dataclass
class Commands:
    """A table of commands, in the order they are tried."""

    rows: list[Command] = field(default_factory=list)

    def say(
        self,
        pattern: str,
        allowed: Callable[[people.Who], bool] = lambda who: True,
        *,
        interrupts: bool = True,
        refuses: bool = True,
    ) -> Callable[
        [Callable[[Work, re.Match[str]], str | Begin]], Callable[[Work, re.Match[str]], str | Begin]
    ]:
        """Add a command; the pattern must match the whole text (\\d takes full-width digits too)."""

        def add(
            run: Callable[[Work, re.Match[str]], str | Begin],
        ) -> Callable[[Work, re.Match[str]], str | Begin]:
            self.rows.append(Command(re.compile(pattern, re.DOTALL), allowed, run, interrupts, refuses))
            return run

        return add


@dataclass(frozen=True)
class Opener:
    """What begins a conversation by itself when none is open: a photo, a place, a scanned board."""

    wants: tuple[type, ...]
    allowed: Callable[[Work, people.Who, Standing], bool]
    begin: Callable[[Work, Message, Standing], Begin | str]


@dataclass(frozen=True)
class Sentences:
    """What the dispatcher itself says; handlers/texts.py fills it."""

    cancelled: str
    nothing_to_cancel: str
    finish_first: str
    not_as_command: str
    """Before the answer, where what staff say in the middle of a conversation reads like one of their commands."""
    expired: str
    more: str
    no_more: str
    first_use: str
    not_for_you: Callable[[people.Who], str]


@dataclass
class Dispatcher:
    """Finds where this person stands and answers."""

    flows: Mapping[str, Flow]
    commands: Sequence[Command]
    openers: Sequence[Opener]
    events: Mapping[type, Callable[[Work, Message], str | Begin]]
    clicks: Mapping[str, str]
    unknown: Callable[[Work, Message], str | Begin]
    sentences: Sentences

    def answer(self, work: Work, message: Message) -> Answer:
        """The reply to this very message: the stored one if it was answered before, else a new one."""
        stands, earlier = standing.find(work, message.openid, message.key)
        if earlier is not None:
            return earlier
        return standing.answered(work, message.key, self._reply(work, message, stands))

    def _reply(self, work: Work, message: Message, stands: Standing | None) -> str:
        if isinstance(message.said, Unfollow):
            if stands is not None:
                people.recognise(work, stands)
                self._run_event(work, message)
            return ""
        if isinstance(message.said, OF_NOBODY):
            self._run_event(work, message)
            return ""
        if stands is None:
            stands = standing.meet(work, message.openid, people.new_pseudonym(work))
        people.recognise(work, stands)
        self._open_window(work, stands, message.said)
        before = replace(stands)
        try:
            with work.attempt():
                text = self._say(work, message, stands)
        except Refusal as refusal:
            stands, text = before, str(refusal)
        text = self._inform(work, stands, text)
        if not replies.is_shown(text):
            text = self._page(stands, replies.in_words(text))
        standing.keep(work, stands)
        return text

    def _inform(self, work: Work, stands: Standing, text: str) -> str:
        """What is kept and who sees it, before the first answer to somebody the registry does not know."""
        if not text or stands.informed_at is not None or work.who is None or work.who.person is not None:
            return text
        standing.informed(work, stands)
        first_use = self.sentences.first_use
        return text if first_use in text else f"{first_use}\n\n{text}"

    def _say(self, work: Work, message: Message, stands: Standing) -> str:
        said = message.said
        note = self._end_if_silent(work, stands)
        if isinstance(said, Click):
            clicked = self._command(work, self.clicks.get(said.key, ""), stands)
            return note + (self._not_for_you(work) if clicked is None else clicked)
        if type(said) in self.events:
            return self._settle(work, stands, self._run_event(work, message))
        if isinstance(said, Text):
            found = self._command(work, said.text.strip(), stands)
            if found is not None:
                return note + found
        if stands.flow in self.flows:
            hint = self._hint(work, said, stands)
            answer = self._step(work, message, said, stands)
            return note + (hint if stands.flow else "") + answer
        who = work.who
        for opener in self.openers:
            if isinstance(said, opener.wants) and who and opener.allowed(work, who, stands):
                return note + self._settle(work, stands, opener.begin(work, message, stands))
        return note + self._settle(work, stands, self.unknown(work, message))

    def _run_event(self, work: Work, message: Message) -> str | Begin:
        handle = self.events.get(type(message.said))
        return handle(work, message) if handle else ""

    def _open_window(self, work: Work, stands: Standing, said: Said) -> None:
        """Speaking to us lets us speak: what could not be sent for want of that is tried again."""
        if not isinstance(said, SPEAKS + CLICKS):
            return
        was_shut = standing.opened_window(work, stands, by_message=isinstance(said, SPEAKS))
        if was_shut and stands.version:  # to somebody new nothing is owed
            notifications.window_opened(work, stands.follower_id, stands.person_id)

    def _end_if_silent(self, work: Work, stands: Standing) -> str:
        if stands.ended.get("expired"):
            stands.ended = {}
            return f"{self.sentences.expired}\n"
        flow = self.flows.get(stands.flow or "")
        if flow is None or stands.touched_at >= work.now - work.rulebook.silence:
            return ""
        held = flow.holds(stands.draft)
        end(stands)
        return f"{self.sentences.expired}\n" if held else ""

    def _command(self, work: Work, text: str, stands: Standing) -> str | None:
        if text in ("取消", "退出", "算了", "取消举报", "不报了"):
            if stands.flow is None:
                return self.sentences.nothing_to_cancel
            end(stands)
            return self.sentences.cancelled
        if text in ("更多", "下一页"):
            return self._next_page(stands)
        who, flow = work.who, self.flows.get(stands.flow or "")
        if flow is not None and flow.hears(text):
            return None
        refused = False
        spoken = dict.fromkeys((text, text.rstrip(" 。.！!～~")))
        for command in self.commands:
            if flow is not None and not command.interrupts:
                continue
            match = next(filter(None, map(command.pattern.fullmatch, spoken)), None)
            if match and who and not command.allowed(who):
                refused = refused or (flow is None and command.refuses)
            elif match and who:
                return self._settle(work, stands, command.run(work, match))
        return self._not_for_you(work) if refused else None

    def _hint(self, work: Work, said: Said, stands: Standing) -> str:
        """For words that would have been a command of this person's office, had no conversation been open."""
        who, flow = work.who, self.flows.get(stands.flow or "")
        if not isinstance(said, Text) or who is None or who.person is None or flow is None:
            return ""
        text = said.text.strip()
        is_one = not flow.hears(text) and any(
            not command.interrupts and command.pattern.fullmatch(text) and command.allowed(who)
            for command in self.commands
        )
        return self.sentences.not_as_command.format(title=flow.title) if is_one else ""

    def _not_for_you(self, work: Work) -> str:
        return self.sentences.not_for_you(work.who) if work.who else ""

    def _step(self, work: Work, message: Message, said: Said, stands: Standing) -> str:
        flow = self.flows[stands.flow or ""]
        step = flow.steps.get(stands.step) or flow.steps[flow.first]
        draft = orjson.loads(orjson.dumps(stands.draft))  # the old one stands again if the step refuses
        if not isinstance(said, step.wants):
            return step.question(work, draft)
        outcome = step.take(work, said, draft)
        if isinstance(outcome, Again):
            stands.draft = draft
            return outcome.text
        if isinstance(outcome, str):
            stands.step, stands.draft = outcome, draft
            return flow.steps[outcome].question(work, draft)
        if isinstance(outcome, Done):
            end(stands)
            if outcome.leaves:
                stands.ended = {**outcome.leaves, "sent_at": message.sent_at.timestamp()}
            return outcome.text
        end(stands)
        return self._settle(work, stands, outcome)

    def _settle(self, work: Work, stands: Standing, outcome: str | Begin) -> str:
        """Say the text, or open the stands unless an unfinished one would be lost."""
        if isinstance(outcome, str):
            return outcome
        current = self.flows.get(stands.flow or "")
        if current is not None and current.holds(stands.draft):
            step = current.steps.get(stands.step) or current.steps[current.first]
            if current.name == outcome.flow and outcome.draft.items() <= stands.draft.items():
                return step.question(work, dict(stands.draft))
            return self.sentences.finish_first.format(title=current.title)
        flow = self.flows[outcome.flow]
        stands.flow, stands.step = flow.name, outcome.step or flow.first
        stands.draft, stands.ended = outcome.draft, {}
        return flow.steps[stands.step].question(work, outcome.draft)

    def _page(self, stands: Standing, text: str) -> str:
        if len(text.encode()) <= replies.MAX_BYTES:
            return text
        pages = list(pages_of(text, replies.MAX_BYTES - len(self.sentences.more.encode()) - 2))
        stands.pages = pages[1:]
        return f"{pages[0]}\n{self.sentences.more}" if stands.pages else text

    def _next_page(self, stands: Standing) -> str:
        if not stands.pages:
            return self.sentences.no_more
        first, *rest = stands.pages
        stands.pages = rest
        return f"{first}\n{self.sentences.more}" if rest else first


def end(conversation: Conversation | Standing) -> None:
    """Leave the conversation; the draft is dropped."""
    conversation.flow, conversation.step, conversation.draft, conversation.ended = None, "", {}, {}


def pages_of(text: str, limit: int) -> Iterator[str]:
    """Cut a text at line ends so that no page has more than `limit` bytes of UTF-8."""
    page: list[str] = []
    size = 0
    for line in text.split("\n"):
        weight = len(line.encode()) + 1
        if page and size + weight > limit:
            yield "\n".join(page)
            page, size = [], 0
        page.append(line)
        size += weight
    yield "\n".join(page)
