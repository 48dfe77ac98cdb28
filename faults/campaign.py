"""One run of a plan in a house, disturbed or not: rounds of deeds, each settled before the next begins."""

import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import Random

from sqlalchemy import Engine

from faults import ledger
from faults.house import House
from faults.plan import CLERKS, Case, Deed, Plan, Report
from faults.reporter import Reporter
from faults.rest import come_to_rest
from faults.staff import OF_CHIEFS, OF_CLERKS, Official
from faults.talk import Tally, together
from faults.troubles import Trouble

OF_REPORTERS = frozenset({Deed.REPORT, Deed.WITHDRAW, Deed.RATE, Deed.COMPLAIN})
COMPLAINT = "不满意 晚上又有人来倒"
LANES = 2
"""Troubles at the same time."""


@dataclass
class Campaign:
    """`pause`: seconds between tries of people; `deck`: the troubles, dealt out over the rounds."""

    house: House
    plan: Plan
    engine: Engine
    tally: Tally
    say: Callable[[str], None]
    seed: int
    pause: float = 1.0
    trouble: Trouble | None = None
    deck: list[str] = field(default_factory=list)
    reporters: dict[str, Reporter] = field(default_factory=dict)
    officials: dict[str, Official] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    _lanes: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(LANES))
    _span: float = 0
    """Seconds this round's troubles take, about: over so long the people spread what they do."""
    _looked: int = 0
    """How much time had passed when everybody looked the last time."""
    _deeds: dict[str, int] = field(default_factory=dict)
    """How many cases somebody has to do with in this round."""

    def run(self) -> ledger.Ledger:
        """All rounds; what stands in the rows and on the telephones at the end."""
        self._meet()
        for round_ in range(self.plan.rounds):
            began = time.monotonic()
            names = self.deck[round_ :: self.plan.rounds]
            self._span = len(names) / LANES * 1.5 * self.trouble.lasts if self.trouble else 0
            striking = self._strike(names)
            self._act(round_)
            for lane in striking:
                lane.result()
            self._span = 0
            again = self._settle(round_)
            self._tell(round_, time.monotonic() - began, again)
        self._everybody_looks()
        self._settle(self.plan.rounds)
        return ledger.read(self.engine, self.house.platform)

    # — the people —

    def _meet(self) -> None:
        person = self.house.platform.person
        self.reports = {report.tag: report for case in self.plan.cases for report in case.reports}
        self.reporters = {
            key: Reporter(person(key), self.tally, pause=self.pause, dawdles=self._dawdling(key, 0.15))
            for key in self.plan.people
        }
        keys = {case.chief(r) for case in self.plan.cases for r in range(self.plan.rounds)} | set(CLERKS)
        keys |= {
            p["key"] for p in self.house.platform.state()["people"] if p["role"].startswith(("镇", "村"))
        }
        self.officials = {
            key: Official(person(key), self.tally, pause=self.pause, dawdles=self._dawdling(key, 0.8))
            for key in sorted(keys)
        }
        together([partial(official.asks, "待办") for official in self.officials.values()])

    def _dawdling(self, key: str, share: float) -> Callable[[], None]:
        """Somebody's way of taking up to this share of the round for one step, less where they have more to do."""
        random = Random(f"{self.seed}:{key}")  # noqa: S311 - a rehearsal, not a secret
        return lambda: time.sleep(self._span * share * random.random() / self._deeds.get(key, 1))

    def _act(self, round_: int) -> None:
        """Everybody does what this round has for them, all at the same time."""
        own: dict[str, list[tuple[Case, Report]]] = defaultdict(list)
        official: dict[str, list[Case]] = defaultdict(list)
        for case in self.plan.cases:
            deed = case.deed(round_)
            if deed in OF_REPORTERS:
                for report in case.reports:
                    own[report.person].append((case, report))
            elif deed in OF_CHIEFS:
                official[case.chief(round_)].append(case)
            elif deed in OF_CLERKS:
                official[case.clerk].append(case)
        self._deeds = {key: len(items) for key, items in own.items()}
        self._deeds |= {key: len(cases) for key, cases in official.items()}
        together(
            [partial(self._reporter_acts, round_, key, items) for key, items in own.items()]
            + [partial(self.officials[key].does, round_, cases) for key, cases in official.items()]
        )

    def _reporter_acts(self, round_: int, key: str, items: list[tuple[Case, Report]]) -> None:
        reporter = self.reporters[key]
        for case, report in items:
            time.sleep(self._span / len(items) * self._first(report.tag))
            match case.deed(round_):
                case Deed.RATE:
                    reporter.rates(report, report.rating)
                case Deed.COMPLAIN:
                    reporter.rates(report, COMPLAINT)
                case Deed.WITHDRAW:
                    reporter.report(report)
                    reporter.withdraws(report)
                case _:
                    reporter.report(report)

    def _first(self, tag: str) -> float:
        """When in their share of the round somebody begins with this report, 0–0.6."""
        return Random(f"{self.seed}:{tag}").random() * 0.6  # noqa: S311

    def _react(self, round_: int) -> int:
        """Lost photos are sent again, refused proofs proved again; how often."""
        counts: list[int] = []
        proving: dict[str, list[Case]] = defaultdict(list)
        for case in self.plan.cases:
            if case.deed(round_) is Deed.PROVE:
                proving[case.chief(round_)].append(case)
        together(
            [partial(_counted, counts, partial(r.reacts, self.reports)) for r in self.reporters.values()]
            + [
                partial(_counted, counts, partial(self.officials[key].does, round_, cases))
                for key, cases in proving.items()
            ]
        )
        return sum(counts)

    def _everybody_looks(self) -> None:
        """Who speaks can be written to again: what could not reach them for their silence comes now."""
        self._looked = self.house.times.passed
        together(
            [partial(reporter.asks, "进度") for reporter in self.reporters.values()]
            + [partial(official.asks, "待办") for official in self.officials.values()]
        )

    # — troubles —

    def _strike(self, names: list[str]) -> list[Future[None]]:
        """The round's troubles in two lanes: in each one after the other, beginning at a random moment."""
        trouble = self.trouble
        if trouble is None or not names:
            return []

        def run(mine: list[str]) -> None:
            for name in mine:
                trouble.wait(0.3)
                self.say(f"    ⚡ {name}")
                trouble.strike(name)

        return [self._lanes.submit(run, names[lane::LANES]) for lane in range(LANES)]

    # — coming to rest —

    def _settle(self, round_: int) -> int:
        """Until nothing is owed or awaited and nobody has anything to send again; how often somebody had."""
        self.house.platform.mends()
        self.house.wait_until_ready()
        again = 0
        while True:
            come_to_rest(self.house, self.engine)
            reacted = self._react(round_)
            again += reacted
            if not reacted:
                break
        if self.house.times.passed - self._looked > 86400:  # or nobody could write to them any more
            self._everybody_looks()
            come_to_rest(self.house, self.engine)
        return again

    def _tell(self, round_: int, seconds: float, again: int) -> None:
        known = sum(len(reporter.tickets) for reporter in self.reporters.values())
        days = self.house.times.passed / 86400
        self.say(
            f"  round {round_ + 1}/{self.plan.rounds}: {known} reports submitted, {seconds:.1f} s, "
            f"{days:.1f} days passed, {self.tally.unanswered} unanswered, {self.tally.busy} busy, "
            f"{again} sent again"
        )


def _counted(counts: list[int], doing: Callable[[], int]) -> None:
    counts.append(doing())


def deal(names: list[str], troubles: int, random: Random) -> list[str]:
    """So many troubles in random order: each kind once before any comes again."""
    deck: list[str] = []
    while len(deck) < troubles:
        more = list(names)
        random.shuffle(more)
        deck += more
    return deck[:troubles]
