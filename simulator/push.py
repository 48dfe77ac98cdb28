"""The push engine: hands messages and events to the webhook, three times if need be, and shows the reply."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import requests

from simulator import messages, replies
from simulator.envelope import seal
from simulator.faults import Fault
from simulator.state import Account, Attempt, Exchange, Json, World

Fields = dict[str, Any]
LARGEST_ANSWER = 1024 * 1024


@dataclass(frozen=True)
class Pace:
    """How long an answer may take, how often it is asked for, and whether an error is asked again."""

    seconds: float = 5.0
    attempts: int = 3
    again_after_error: bool = True


class NoAnswer(Exception):
    """Nothing usable came in time; the platform asks again."""


class TooLate(NoAnswer):
    """Five seconds were over."""


class Pusher:
    """Pushes run in the caller's thread or in the background; `settle` waits for all of them."""

    def __init__(self, world: World, pace: Pace) -> None:
        self.world = world
        self.pace = pace
        self.stopping = threading.Event()
        self._changed = threading.Condition()
        self._running = 0
        self._finished: Counter[str] = Counter()

    # -- asked for by phones, the control page and API calls ------------------------------------------

    def push(self, openid: str, fields: Fields, *, gesture: bool = True) -> Exchange:
        """Push one message or event and wait for its end; only a person's own `gesture` shows its reply."""
        exchange, faults = self._prepare(openid, fields)
        self._begin()
        try:
            self._deliver(exchange, faults, gesture)
        finally:
            self._end(openid)
        return exchange

    def push_plaintext(self, openid: str, plaintext: str) -> Exchange:
        """Push this very text, whatever it is."""
        with self.world.lock:
            exchange = Exchange(self.world.number(), self.world.clock.now(), openid, "raw", plaintext)
            self.world.exchanges.append(exchange)
        self._begin()
        try:
            self._deliver(exchange, [], gesture=True)
        finally:
            self._end(openid)
        return exchange

    def push_together(self, openid: str, several: Sequence[Fields]) -> list[Exchange]:
        """Push several at the same moment, each in its own thread; wait for all."""
        results: dict[int, Exchange] = {}

        def one(index: int, fields: Fields) -> None:
            results[index] = self.push(openid, fields)

        threads = [threading.Thread(target=one, args=pair, daemon=True) for pair in enumerate(several)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [results[index] for index in sorted(results)]

    def later(self, openid: str, fields: Fields, wait: float = 0.0) -> None:
        """Push in the background: what the platform tells by itself."""

        def run() -> None:
            self.stopping.wait(wait)
            self.push(openid, fields, gesture=False)

        self.background(run)

    def background(self, work: Callable[[], object]) -> None:
        """Run in a thread of its own, counted by `settle`."""
        self._begin()

        def run() -> None:
            try:
                if not self.stopping.is_set():
                    work()
            finally:
                self._end("")

        threading.Thread(target=run, daemon=True).start()

    def settle(self, timeout: float = 30.0) -> bool:
        """Wait until no push is under way; False when it took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, timeout)

    def stop(self) -> None:
        """End what is waiting."""
        self.stopping.set()
        with self._changed:
            self._changed.notify_all()
        self.settle(2 * self.pace.seconds)

    def _begin(self) -> None:
        with self._changed:
            self._running += 1

    def _end(self, openid: str) -> None:
        with self._changed:
            self._running -= 1
            self._finished[openid] += 1
            self._changed.notify_all()

    # -- one exchange ---------------------------------------------------------------------------------

    def _prepare(self, openid: str, fields: Fields) -> tuple[Exchange, list[Fault]]:
        """The plaintext of a push: the same for all its attempts."""
        with self.world.lock:
            faults = self.world.faults.striking("push", "", openid)
            doings = {fault.does for fault in faults}
            account = self.world.account
            now = self.world.clock.real() if account.real_timestamps else self.world.clock.now()
            whole: Fields = {
                "ToUserName": account.original_id,
                "FromUserName": openid,
                "CreateTime": 1_700_000_000 if "same_second" in doings else int(now),
                **fields,
            }
            if fields["MsgType"] != "event":
                whole["MsgId"] = 24_600_000_000_000_001 if "same_msgid" in doings else self.world.message_id()
            name = str(fields.get("Event", fields["MsgType"]))
            exchange = Exchange(
                self.world.number(), self.world.clock.now(), openid, name, messages.xml(whole)
            )
            self.world.exchanges.append(exchange)
        return exchange, faults

    def _deliver(self, exchange: Exchange, faults: list[Fault], gesture: bool) -> None:
        by_name = {fault.does: fault for fault in faults}
        if held := by_name.get("hold"):
            with self._changed:
                seen = self._finished[exchange.openid]
                self._changed.wait_for(
                    lambda: self._finished[exchange.openid] > seen or self.stopping.is_set(), held.seconds
                )
        if doubled := by_name.get("duplicate"):
            self._side_by_side(exchange, faults, doubled)
        reply: Json | None = None
        verdict, reason = "apology", ""
        try:
            reply = self._ask(exchange, faults)
            verdict = "replied" if reply else "accepted"
        except (NoAnswer, replies.Unacceptable) as problem:
            reason = str(problem)
        self._conclude(exchange, verdict, reason, reply, gesture)

    def _side_by_side(self, exchange: Exchange, faults: list[Fault], doubled: Fault) -> None:
        """Send copies at the same time as the real one, or within so many seconds; their answers are lost."""
        with self.world.lock:
            waits = [doubled.seconds * self.world.random.random() for _ in range(doubled.copies - 1)]

        def copy(wait: float) -> None:
            self.stopping.wait(wait)
            try:
                self._attempt(exchange, faults)
            except (NoAnswer, replies.Unacceptable):
                return  # recorded with the attempt

        for wait in waits:
            self.background(partial(copy, wait))

    def _ask(self, exchange: Exchange, faults: list[Fault]) -> Json | None:
        """Up to three attempts, five seconds apart."""
        started = time.monotonic()
        doings = [fault.does for fault in faults]
        losses = doings.count("too_late") + doings.count("repeat")
        problem = NoAnswer("没有问过")
        for number in range(self.pace.attempts):
            try:
                return self._attempt(exchange, faults, lost=number < losses)
            except TooLate as late:
                problem = late
            except NoAnswer as error:
                problem = error
                if not self.pace.again_after_error:
                    break
            if number + 1 < self.pace.attempts and "repeat" not in doings:
                self.stopping.wait(max(0.0, started + (number + 1) * self.pace.seconds - time.monotonic()))
            if self.stopping.is_set():
                break
        raise problem

    def _attempt(self, exchange: Exchange, faults: list[Fault], *, lost: bool = False) -> Json | None:
        """One POST to the webhook, recorded whatever comes; a `lost` answer counts as none."""
        with self.world.lock:
            account = replace(self.world.account)
            real = account.real_timestamps
            now = int(self.world.clock.real()) if real else self.world.clock.now()
            sealed = seal(account, exchange.openid, exchange.plaintext, now, self.world.random, faults)
            attempt = Attempt(self.world.clock.precise(), 0, 0.0, "", "")
            exchange.attempts.append(attempt)
        started = time.monotonic()
        try:
            status, answer = self._post(account, sealed.query, sealed.body, started + self.pace.seconds)
            attempt.status, attempt.response = status, answer.decode(errors="replace")
            if lost:
                raise TooLate("回答没有及时到达（故障）")
            if status != 200:
                raise NoAnswer(f"HTTP {status}")
            return replies.read(account, exchange.openid, answer)
        except (NoAnswer, replies.Unacceptable) as problem:
            attempt.problem = str(problem)
            raise
        finally:
            attempt.seconds = round(time.monotonic() - started, 3)

    def _post(self, account: Account, query: dict[str, str], body: bytes, until: float) -> tuple[int, bytes]:
        if not account.webhook:
            raise NoAnswer("没有填写服务器地址")
        headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Connection": "close"}
        limit = self.pace.seconds
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    account.webhook, params=query, data=body, headers=headers, timeout=limit, stream=True,
                    allow_redirects=False,
                )  # fmt: skip
                received = b""
                for piece in answer.iter_content(65536):
                    received += piece
                    if time.monotonic() > until or len(received) > LARGEST_ANSWER:
                        raise TooLate(f"{limit:g} 秒内没有答完")
                return answer.status_code, received
        except requests.Timeout as problem:
            raise TooLate(f"{limit:g} 秒内没有回答") from problem
        except requests.RequestException as problem:
            raise NoAnswer(f"连不上：{type(problem).__name__}") from problem

    def _conclude(
        self, exchange: Exchange, verdict: str, reason: str, reply: Json | None, gesture: bool
    ) -> None:
        """Write down what came of it, and let the phone show it."""
        with self.world.lock:
            exchange.verdict, exchange.reason, exchange.reply = verdict, reason, reply
            person = self.world.person_by_openid(exchange.openid)
            if person is None or not person.following or not gesture:
                return  # nobody looks: an answer to what the platform tells by itself is shown to no one
            if reply:
                data = {name: value for name, value in reply.items() if name not in {"type", "text"}}
                self.world.show(person, "in", "reply", reply["type"], reply["text"], push=exchange.id, **data)
            elif verdict == "apology":
                self.world.show(
                    person, "in", "system", "text", replies.APOLOGY, push=exchange.id, reason=reason
                )
