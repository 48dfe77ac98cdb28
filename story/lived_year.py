"""An invented year lived through the services, month by month: cases, figures sheets, drafts, an appeal, approvals.

    lived = LivedYear(desk, clock.set, seed=20260101)
    lived.live(months)

The clock is set to each deed's own time before it is done; the timetable's own job drafts and tells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from rules import publishing
from rules.months import Month
from rules.workdays import CHINA
from scheduler.assess import assess
from services.almanac import official_calendar
from services.desk import Desk
from story import office_deeds
from story.invented_year import plan
from story.lived_cases import LivedCases, spots_of


def nothing(month: Month) -> None:
    """Nobody publishes."""


@dataclass
class LivedYear:
    """Months lived on a desk whose clock `set_clock` sets."""

    desk: Desk
    set_clock: Callable[[datetime], None]
    seed: int
    cases_a_month: int = 20
    publish: Callable[[Month], None] = nothing
    """What is done on the day and hour a month is published."""
    appealed: Month | None = None
    """In this month one unit appeals, and is right."""
    corrected: Month | None = None
    """One figure of this month turns out to be wrong, a month after it was published."""
    until: datetime | None = None
    """No case is begun that is not over by then."""
    told: Callable[[str], None] = lambda line: None
    appealing: str = ""
    """The unit that appealed, and what it got back; the unit whose figure was corrected."""
    returned: Decimal = Decimal(0)
    mistaken: str = ""
    cases: LivedCases = field(init=False)
    _agenda: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cases = LivedCases(self.desk)

    def live(self, months: Sequence[Month]) -> None:
        """From the first month's beginning until everything that follows from the last is done."""
        self.set_clock(months[0].begins)
        order = count()
        self._plan_cases(months, order)
        for month in months:
            self._plan_month(month, order)
        for at, _, deed in sorted(self._agenda, key=lambda one: one[:2]):
            self.set_clock(at)
            deed()
        self._agenda.clear()

    def _at(self, at: datetime, order: "count[int]", deed: Callable[[], object]) -> None:
        self._agenda.append((at, next(order), deed))

    def _plan_cases(self, months: Sequence[Month], order: "count[int]") -> None:
        spots = self.desk.look(spots_of, months[-1].ends)
        kinds = self.desk.rulebook.kinds[:-1]  # all but 其他
        planned = plan(self.seed, months, spots, kinds, self.cases_a_month, official_calendar())
        for number, case in enumerate(planned):
            if self.until is None or case.deeds[-1].at < self.until:
                for deed in case.deeds:
                    self._at(deed.at, order, partial(self.cases.does, number, case, deed))

    def _plan_month(self, month: Month, order: "count[int]") -> None:
        calendar, settings = official_calendar(), self.desk.rulebook.assessment
        first = month.next.first_day
        works = calendar.next_workday(first)
        approved = calendar.after(works, settings.appeal_days).on + timedelta(days=1)
        published = publishing.publish_at(month, settings.publish_day, settings.publish_at, calendar)
        self._at(_when(first, 5), order, partial(self._hand_in, month, 1))
        for day in sorted({first, works}):
            self._at(_when(day, 6), order, partial(assess, self.desk))
        if month == self.appealed:
            self._at(_when(calendar.after(works, 1).on, 10), order, partial(self._appeal, month))
            self._at(_when(calendar.after(works, 2).on, 15), order, partial(self._decide, month))
        self._at(_when(approved, 9), order, partial(self._approve, month))
        self._at(published, order, partial(self.publish, month))
        if month == self.corrected:
            self._plan_correction(month, order)

    def _plan_correction(self, month: Month, order: "count[int]") -> None:
        calendar, settings = official_calendar(), self.desk.rulebook.assessment
        noticed = calendar.after(month.next.next.first_day, 12).on
        told = calendar.after(noticed, 1).on
        approved = calendar.after(told, settings.appeal_days).on + timedelta(days=1)
        self._at(_when(noticed, 10), order, partial(self._correct, month))
        self._at(_when(told, 6), order, partial(assess, self.desk))
        self._at(_when(approved, 9), order, partial(self._approve, month))
        self._at(_when(approved, 10), order, partial(self.publish, month))

    def _hand_in(self, month: Month, version: int) -> None:
        self.told(f"{month.name}：导入月度指标表，起草考核")
        self.desk.do(office_deeds.hand_in, month, self.seed, version, self.mistaken if version > 1 else "")

    def _approve(self, month: Month) -> None:
        self.told(f"{month.name}：第二人批准，冻结")
        self.desk.do(office_deeds.approve, month)

    def _appeal(self, month: Month) -> None:
        self.appealing = self.desk.do(office_deeds.appeal, month)

    def _decide(self, month: Month) -> None:
        self.returned = self.desk.do(office_deeds.decide)

    def _correct(self, month: Month) -> None:
        self.mistaken = self.desk.look(office_deeds.with_poor_water, month)
        self._hand_in(month, 2)
        self.desk.do(office_deeds.correct, month)


def _when(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), CHINA)
