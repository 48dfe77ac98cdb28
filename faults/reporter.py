"""A resident: reports, checks the summary before submitting, sends a lost photo again, rates, withdraws."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from faults.plan import Report, picture
from faults.talk import Hopeless, Talker, together

LOOK = "我要举报"
"""Asked in the middle of a report, the account says what it has and what is missing."""
SUBMITTED = re.compile(r"编号 ?([0-9A-Z][0-9A-Z-]{6,})")
MISSING = re.compile(r"编号 ?([0-9A-Z-]{7,})）有 (\d+) 张照片没有收到")
CLOSED = re.compile(r"编号 ?([0-9A-Z-]{7,})）已整改并办结")


@dataclass
class Reporter(Talker):
    """`tickets`: what the account called each report, by its tag."""

    tickets: dict[str, str] = field(default_factory=dict)

    # — one report —

    def report(self, item: Report) -> None:
        """Send everything, and go on until the account has named a ticket for it."""
        self._first_sending(item)
        seen: str | None = ""
        for _ in range(self.patience):
            self.dawdles()
            seen = self.says(LOOK)
            if seen is None:
                self.waits()
            elif self._is_whole(item, seen):
                if self._submits(item):
                    return
            else:
                self._sends_what_is_missing(item, seen)
        raise Hopeless(f"{self.person.key} could not submit {item.tag}, was told: {seen}")

    def _first_sending(self, item: Report) -> None:
        parts: dict[str, Callable[[], object]] = {
            "photos": lambda: self._sends_photos(item),
            "place": lambda: self._sends_place(item),
            "words": lambda: self.says(item.words),
        }
        doings = [parts[name] for name in item.order]
        if item.hurried:
            together(doings)
        else:
            for doing in doings:
                doing()
                self.dawdles()

    def _sends_photos(self, item: Report) -> None:
        for reply in self.person.sends_photos([picture(seed) for seed in item.photos]):
            self.understood(reply)

    def _sends_place(self, item: Report) -> None:
        reply = self.person.sends_location(item.latitude, item.longitude, _label(item), datum="wgs84")
        self.understood(reply)

    def _is_whole(self, item: Report, seen: str) -> bool:
        return (
            "请核对" in seen
            and f"照片 {len(item.photos)} 张" in seen
            and f"说明：{item.words}\n" in seen
            and _label(item) in seen
        )

    def _sends_what_is_missing(self, item: Report, seen: str) -> None:
        """One thing after the other; the next look shows what came of it."""
        photos = re.search(r"照片 (\d+) 张", seen)
        if photos is None or int(photos[1]) != len(item.photos):
            if photos is not None:
                self.says("改照片")
            self._sends_photos(item)
        elif _label(item) not in seen:
            self._sends_place(item)
        elif "请核对" not in seen:
            self.says(item.words)
        elif f"说明：{item.words}\n" not in seen:
            if "说明：" in seen:
                self.says("改说明")
            self.says(item.words)
        else:
            self.waits()

    def _submits(self, item: Report) -> bool:
        """Whether the account has named a ticket, now or “already”; a ticket of an earlier report is none."""
        for _ in range(self.patience):
            reply = self.says("提交")
            if reply is not None:
                found = SUBMITTED.search(reply.replace("\n", " "))
                if found is None or "提交成功" not in reply or found[1] in self.tickets.values():
                    return False
                self.tickets[item.tag] = found[1]
                return True
            self.waits()
        raise Hopeless(f"{self.person.key} submitted {item.tag} in vain")

    # — afterwards —

    def withdraws(self, item: Report) -> None:
        """Take it back; asked a second time, the account says that it was."""
        for _ in range(self.patience):
            reply = self.says(f"撤回 {self.tickets[item.tag]}")
            if reply is not None and ("已撤回" in reply or "撤回过了" in reply):
                return
            self.waits()
        raise Hopeless(f"{self.person.key} could not withdraw {item.tag}")

    def rates(self, item: Report, words: str) -> None:
        """Say how it went; asked a second time, the account has nothing to be rated."""
        rating, _, why = words.partition(" ")
        for _ in range(self.patience):
            reply = self.says(f"{rating} {self.tickets[item.tag]} {why}".strip())
            if reply is not None and ("谢谢" in reply or "没有等您评价" in reply):
                return
            self.waits()
        raise Hopeless(f"{self.person.key} could not rate {item.tag}")

    def reacts(self, items: dict[str, Report]) -> int:
        """Send the photos again of which the account says that they did not come; how often it was asked."""
        by_ticket = {ticket: items[tag] for tag, ticket in self.tickets.items() if tag in items}
        asked = {found[1] for text in self.reads() for found in MISSING.finditer(text)}
        for ticket in sorted(asked & by_ticket.keys()):
            self._adds(by_ticket[ticket], ticket)
        return len(asked & by_ticket.keys())

    def _adds(self, item: Report, ticket: str) -> None:
        for _ in range(self.patience):
            begun = self.says(f"补充 {ticket}")
            if begun is None:
                self.waits()
                continue
            if "补充" not in begun:
                self.says("取消")
                continue
            if f"照片 {len(item.photos)} 张" not in begun:
                self._sends_photos(item)
                continue  # and look again whether they are there
            if self._added():
                return
        raise Hopeless(f"{self.person.key} could not add to {item.tag}")

    def _added(self) -> bool:
        for _ in range(self.patience):
            reply = self.says("提交")
            if reply is not None:
                return "已补充到" in reply or "没有等提交" in reply or "已经提交成功" in reply
            self.waits()
        return False


def _label(item: Report) -> str:
    return f"点位{item.tag[:4]}"
