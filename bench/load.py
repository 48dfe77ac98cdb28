"""The load generator: a process of its own that knows nothing of wechatpy and little of the product.

Reads its orders from standard input and answers on standard output, a JSON object a line. Everything is signed
and encrypted before the clock starts, and every answer is decrypted and checked after it has stopped.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bench import pushes, talk
from bench.pushes import Account
from bench.talk import Line, Mix, Person
from bench.wire import Exchange, Wire

WARM_CONNECTIONS = 16
MET = 10**6
"""How far ahead numbers begin for people who were met in an earlier run: nothing is said twice."""


@dataclass(frozen=True)
class Measured:
    """One run. Seconds, messages a second, milliseconds."""

    rate: float
    p50: float
    p99: float
    worst: float
    answered: int
    tickets: int
    """Of right answers inside the measured time, those that gave a ticket."""
    seconds: float
    errors: dict[str, int]
    example: str
    """One of the wrong answers."""
    busy: float
    """The generator's own share of one core."""
    began: float
    """By time.perf_counter, which all processes of a machine share."""
    so_far: tuple[int, int]
    """Right answers and tickets since the generator began, whenever they came."""


class Crowd:
    """The people, and where each stands."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._account = Account(*order["account"])
        self._host, self._port = order["host"], order["port"]
        self._mix = Mix(order["mix"], order["kinds"], order["places"])
        self._echo: bool = order["echo"]
        self._people = [Person(f"oBench{order['name']}{n:020d}") for n in range(order["people"])]
        self._number = 10**15
        self._right = self._tickets = 0

    def warm(self) -> Measured:
        """Everybody says hello; then they are brought to different places of their round."""
        hello = self._packets(WARM_CONNECTIONS, self._greetings())
        measured = self._measure(WARM_CONNECTIONS, hello, 600.0, None)
        if self._echo:  # remembers nobody: nothing to bring about
            for index, person in enumerate(self._people):
                person.said = index % self._mix.length
            return measured
        begun = self._packets(WARM_CONNECTIONS, self._beginnings())
        found = self._measure(WARM_CONNECTIONS, begun, 600.0, None)
        if measured.errors:
            return measured
        return found

    def met(self) -> Measured:
        """They stand where `warm` brought them in an earlier run: the server's database is a copy of that one's."""
        for index, person in enumerate(self._people):
            person.said = self._place(index)
        self._number += MET
        return Measured(0, 0, 0, 0, 0, 0, 0, {}, "", 0, 0, (0, 0))

    def _place(self, index: int) -> int:
        return index // WARM_CONNECTIONS % self._mix.length

    def run(self, connections: int, seconds: float, most: int, rate: float | None) -> Measured:
        """One measured run: closed loop, or open loop at `rate`."""
        count = max(1, int(seconds * rate)) if rate else most
        packets = self._packets(connections, self._lines(connections, count))
        measured = self._measure(connections, packets, seconds, rate)
        for person, _, exchange in reversed(packets):
            if not exchange.due:
                person.said -= 1  # made, but not sent
        return measured

    def _greetings(self) -> Iterator[tuple[int, Person, Line]]:
        for index, person in enumerate(self._people):
            yield index % WARM_CONNECTIONS, person, talk.hello()

    def _beginnings(self) -> Iterator[tuple[int, Person, Line]]:
        for turn in range(self._mix.length):
            for index, person in enumerate(self._people):
                if turn < self._place(index):
                    yield index % WARM_CONNECTIONS, person, self._mix.next_line(person, self._number)

    def _lines(self, connections: int, count: int) -> Iterator[tuple[int, Person, Line]]:
        """Each connection serves its own people in turn, so that nobody has two messages under way."""
        for index in range(count):
            place = index % len(self._people)
            person = self._people[place]
            yield place % connections, person, self._mix.next_line(person, self._number)

    def _packets(
        self, connections: int, lines: Iterator[tuple[int, Person, Line]]
    ) -> list[tuple[Person, Line, Exchange]]:
        packets, at = [], int(time.time())  # noqa: TID251 - the platform's clock
        for connection, person, line in lines:
            self._number += 1
            request = pushes.request_of(
                self._account, f"{self._host}:{self._port}", person.openid, line.fields, self._number, at
            )
            packets.append((person, line, Exchange(request, connection % connections)))
        return packets

    def _measure(
        self,
        connections: int,
        packets: list[tuple[Person, Line, Exchange]],
        seconds: float,
        rate: float | None,
    ) -> Measured:
        exchanges = [exchange for _, _, exchange in packets]
        wire = Wire(self._host, self._port, connections)
        cpu = time.process_time()
        began, end = wire.open_loop(exchanges, rate) if rate else wire.closed_loop(exchanges, seconds)
        cpu = time.process_time() - cpu
        wire.close()
        sent = [packet for packet in packets if packet[2].due]
        end = min(end, max(exchange.done for _, _, exchange in sent))
        return self._judged(sent, began, end, cpu)

    def _judged(
        self, sent: list[tuple[Person, Line, Exchange]], began: float, end: float, cpu: float
    ) -> Measured:
        errors: Counter[str] = Counter()
        example, tickets, inside = "", 0, 0
        for person, line, exchange in sent:
            fault, text = self._fault(person, line, exchange)
            if fault:
                errors[fault] += 1
                example = example or f"{fault}: wanted {line.answer!r}, got {text[:300]!r}"
                continue
            ticket = line.answer == talk.TICKET
            self._right, self._tickets = self._right + 1, self._tickets + ticket
            if exchange.done <= end:
                inside, tickets = inside + 1, tickets + ticket
        times = sorted((e.done - e.due) * 1000 for _, _, e in sent if e.done)
        return Measured(
            rate=inside / (end - began),
            p50=times[len(times) // 2],
            p99=times[min(len(times) - 1, int(len(times) * 0.99))],
            worst=times[-1],
            answered=len(times),
            tickets=tickets,
            seconds=end - began,
            errors=dict(errors),
            example=example,
            busy=cpu / (end - began),
            began=began,
            so_far=(self._right, self._tickets),
        )

    def _fault(self, person: Person, line: Line, exchange: Exchange) -> tuple[str, str]:
        """What is wrong with this answer, or ""; and the answer."""
        if not exchange.done:
            return "no answer", ""
        if exchange.status != 200:
            return f"HTTP {exchange.status}" if exchange.status else "broken connection", ""
        try:
            text = self._account.opened_answer(exchange.body)
        except (ValueError, IndexError) as error:
            return "unreadable", str(error)
        wanted = line.echo if self._echo else line.answer
        if wanted not in text or person.openid not in text:
            return "wrong answer", text
        return "", text


def main() -> None:
    """Do what is asked, a line at a time, until standard input ends."""
    order = json.loads(sys.stdin.readline())
    if order["cores"]:
        os.sched_setaffinity(0, order["cores"])
    crowd = Crowd(order)
    doing: dict[str, Callable[..., Measured]] = {"warm": crowd.warm, "met": crowd.met, "run": crowd.run}
    for line in sys.stdin:
        asked = json.loads(line)
        measured = doing[asked.pop("do")](**asked)
        sys.stdout.write(json.dumps(asdict(measured), ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
