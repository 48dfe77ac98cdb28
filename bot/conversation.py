"""Talking: flows (conversations as visible tables of steps), commands, and the dispatcher that finds
where a person stands and answers every message exactly once."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bot import replies
from bot.messages import (
    Click,
    Follow,
    Link,
    Message,
    Photo,
    Place,
    Said,
    Scan,
    Text,
    Unfollow,
    Video,
    Voice,
)
from models.conversation import Conversation, Inbound
from rules.refusal import Refusal
from services import notifications, people
from services.desk import Work

SPEAKS = (Text, Photo, Voice, Video, Place, Link)
CLICKS = (Click, Scan, Follow)

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
    allowed: Callable[[Work, people.Who], bool]
    begin: Callable[[Work, Message, Conversation], Begin | str]


@dataclass(frozen=True)
class Sentences:
    """What the dispatcher itself says; handlers/texts.py fills it."""

    cancelled: str
    nothing_to_cancel: str
    finish_first: str
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

    def answer(self, work: Work, message: Message) -> Inbound:
        """The reply to this very message: the stored one if it was answered before, else a new one."""
        earlier = work.session.get(Inbound, message.key)
        if earlier is not None:
            return earlier
        inbound = Inbound(key=message.key, at=work.now, reply=self._reply(work, message))
        work.session.add(inbound)
        work.session.flush()
        return inbound

    def _reply(self, work: Work, message: Message) -> str:
        if isinstance(message.said, Unfollow):
            self._run_event(work, message)
            return ""
        who = people.recognise(work, message.openid)
        self._open_window(work, who, message.said)
        conversation = self._conversation(work, who)
        try:
            with work.session.begin_nested():
                text = self._say(work, message, conversation)
        except Refusal as refusal:
            text = str(refusal)
        conversation = self._conversation(work, who)
        conversation.touched_at = work.now
        if text and who.follower.informed_at is None and who.person is None:
            who.follower.informed_at = work.now
            if self.sentences.first_use not in text:
                text = f"{self.sentences.first_use}\n\n{text}"
        return self._page(conversation, text)

    def _say(self, work: Work, message: Message, conversation: Conversation) -> str:
        said = message.said
        note = self._end_if_silent(work, conversation)
        if isinstance(said, Click):
            clicked = self._command(work, self.clicks.get(said.key, ""), conversation)
            return note + (self._not_for_you(work) if clicked is None else clicked)
        if type(said) in self.events:
            return self._settle(work, conversation, self._run_event(work, message))
        if isinstance(said, Text):
            found = self._command(work, said.text.strip(), conversation)
            if found is not None:
                return note + found
        if conversation.flow in self.flows:
            return note + self._step(work, message, said, conversation)
        who = work.who
        for opener in self.openers:
            if isinstance(said, opener.wants) and who and opener.allowed(work, who):
                return note + self._settle(work, conversation, opener.begin(work, message, conversation))
        return note + self._settle(work, conversation, self.unknown(work, message))

    def _run_event(self, work: Work, message: Message) -> str | Begin:
        handle = self.events.get(type(message.said))
        return handle(work, message) if handle else ""

    def _open_window(self, work: Work, who: people.Who, said: Said) -> None:
        """Speaking to us lets us speak: what could not be sent for want of that is tried again."""
        if isinstance(said, SPEAKS + CLICKS) and people.opened_window(
            work, who.follower, by_message=isinstance(said, SPEAKS)
        ):
            notifications.window_opened(work, who.follower)

    def _conversation(self, work: Work, who: people.Who) -> Conversation:
        conversation = work.session.get(Conversation, who.follower.id)
        if conversation is None:
            conversation = Conversation(
                follower_id=who.follower.id,
                flow=None,
                step="",
                draft={},
                pages=[],
                ended={},
                touched_at=work.now,
            )
            work.session.add(conversation)
            work.session.flush()
        return conversation

    def _end_if_silent(self, work: Work, conversation: Conversation) -> str:
        if conversation.ended.get("expired"):
            conversation.ended = {}
            return f"{self.sentences.expired}\n"
        flow = self.flows.get(conversation.flow or "")
        if flow is None or conversation.touched_at >= work.now - work.rulebook.silence:
            return ""
        held = flow.holds(conversation.draft)
        end(conversation)
        return f"{self.sentences.expired}\n" if held else ""

    def _command(self, work: Work, text: str, conversation: Conversation) -> str | None:
        if text in ("取消", "退出", "算了", "取消举报", "不报了"):
            if conversation.flow is None:
                return self.sentences.nothing_to_cancel
            end(conversation)
            return self.sentences.cancelled
        if text in ("更多", "下一页"):
            return self._next_page(conversation)
        who, flow = work.who, self.flows.get(conversation.flow or "")
        if flow is not None and flow.hears(text):
            return None
        refused = False
        for command in self.commands:
            if flow is not None and not command.interrupts:
                continue
            match = command.pattern.fullmatch(text) or command.pattern.fullmatch(text.rstrip(" 。.！!～~"))
            if match and who and not command.allowed(who):
                refused = refused or (flow is None and command.refuses)
            elif match and who:
                return self._settle(work, conversation, command.run(work, match))
        return self._not_for_you(work) if refused else None

    def _not_for_you(self, work: Work) -> str:
        return self.sentences.not_for_you(work.who) if work.who else ""

    def _step(self, work: Work, message: Message, said: Said, conversation: Conversation) -> str:
        flow = self.flows[conversation.flow or ""]
        step = flow.steps.get(conversation.step) or flow.steps[flow.first]
        draft = deepcopy(conversation.draft)  # compared with the old one when written
        if not isinstance(said, step.wants):
            return step.question(work, draft)
        outcome = step.take(work, said, draft)
        if isinstance(outcome, Again):
            conversation.draft = draft
            return outcome.text
        if isinstance(outcome, str):
            conversation.step, conversation.draft = outcome, draft
            return flow.steps[outcome].question(work, draft)
        if isinstance(outcome, Done):
            end(conversation)
            if outcome.leaves:
                conversation.ended = {**outcome.leaves, "sent_at": message.sent_at.timestamp()}
            return outcome.text
        end(conversation)
        return self._settle(work, conversation, outcome)

    def _settle(self, work: Work, conversation: Conversation, outcome: str | Begin) -> str:
        """Say the text, or open the conversation unless an unfinished one would be lost."""
        if isinstance(outcome, str):
            return outcome
        current = self.flows.get(conversation.flow or "")
        if current is not None and current.holds(conversation.draft):
            step = current.steps.get(conversation.step) or current.steps[current.first]
            if current.name == outcome.flow and outcome.draft.items() <= conversation.draft.items():
                return step.question(work, dict(conversation.draft))
            return self.sentences.finish_first.format(title=current.title)
        flow = self.flows[outcome.flow]
        conversation.flow, conversation.step = flow.name, outcome.step or flow.first
        conversation.draft, conversation.ended = outcome.draft, {}
        return flow.steps[conversation.step].question(work, outcome.draft)

    def _page(self, conversation: Conversation, text: str) -> str:
        pages = list(pages_of(text, replies.MAX_BYTES - len(self.sentences.more.encode()) - 2))
        if len(pages) <= 1:
            return text
        conversation.pages = pages[1:]
        return f"{pages[0]}\n{self.sentences.more}"

    def _next_page(self, conversation: Conversation) -> str:
        if not conversation.pages:
            return self.sentences.no_more
        first, *rest = conversation.pages
        conversation.pages = rest
        return f"{first}\n{self.sentences.more}" if rest else first


def end(conversation: Conversation) -> None:
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
