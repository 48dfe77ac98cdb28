"""Cases that are reported, handled and rated by the real services, and the figures a month makes of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models.case import Case
from models.follower import Follower
from models.report import Rating, Report, Satisfaction, Source
from rules.deadlines import Severity
from rules.figures import Figure
from rules.kinds import Kind
from rules.months import Month
from services import cases, figures, people, reports
from services.desk import Desk, Work
from services.reports import Submission, Whereabouts
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life, china

OCTOBER, NOVEMBER, DECEMBER = Month(2026, 10), Month(2026, 11), Month(2026, 12)


@dataclass
class MonthLife(Life):
    """A district in which things are also reported, and whose months are counted."""

    def reported(
        self, town: str = "天穆镇", *, severity: Severity = Severity.ORDINARY, by: str = "resident",
        handed_down: Source | None = None,
    ) -> int:  # fmt: skip
        """Somebody reports a problem, and it is with the town; the case's id."""
        return self.desk.do(_reported, self.district, town, severity, by, handed_down)

    def rates(self, case_id: int, rating: Rating, reason: str = "") -> None:
        """The one who reported it says what they think of how it ended."""
        self.desk.do(_rates, case_id, rating, reason)

    def handled(self, town: str = "天穆镇", **reported: Any) -> int:
        """A case that is reported, accepted, proved and passed at this moment."""
        case = self.reported(town, **reported)
        chief = "chief" if town == "天穆镇" else "chief2"
        self.does(chief, cases.accept, case)
        self.does(chief, cases.prove, case, "清理完毕", 1)
        self.does("clerk", _received, case)
        self.does("clerk", cases.verify, case)
        return case

    def number(self, case_id: int) -> str:
        """The case's number."""
        with self.desk.reading() as work:
            return work.session.get_one(Case, case_id).number

    def figure(self, source: str, month: Month = NOVEMBER, town: str = "T1") -> Figure:
        """What a source says of a town's month."""
        found = self.figures([source], month)
        return next(one for one in found if one.town == town)

    def figures(self, sources: Iterable[str], month: Month = NOVEMBER) -> list[Figure]:
        """What these sources say of everybody's month."""
        with self.desk.reading() as work:
            return figures.gather(work, month, list(sources), figures.towns_of(work, month))


def month_life(desk: Desk, clock: Clock, at: str = "2026-11-02 10:00") -> MonthLife:
    """A district on a Monday in the beginning of November."""
    clock.set(china(at))
    return MonthLife(desk, clock, lay_out(desk))


def said(figure: Figure) -> tuple[Decimal, Decimal | None, list[str]]:
    """A figure as a test looks at it."""
    return figure.numerator, figure.denominator, [cause.sentence for cause in figure.causes]


def _reported(
    work: Work, district: Any, town: str, severity: Severity, by: str, handed_down: Source | None
) -> int:
    follower = _resident(work, by)
    work.who = people.who_is(work, follower.id, follower.person_id)
    where = Whereabouts(district.reaches.get(town), district.towns[town], "北运河", routed_by="测试")
    kind = Kind("岸线垃圾", severity, ())
    return reports.submit(work, Submission(where, kind, "有垃圾", [], handed_down=handed_down)).case_id


def _resident(work: Work, name: str) -> Follower:
    found = work.session.scalar(select(Follower).where(Follower.openid == f"o-{name}"))
    if found is None:
        found = Follower(
            openid=f"o-{name}", pseudonym=people.new_pseudonym(work), following=True, met_at=work.now,
            informed_at=work.now,
        )  # fmt: skip
        work.session.add(found)
        work.session.flush()
    return found


def _rates(work: Work, case_id: int, rating: Rating, reason: str) -> None:
    row = (
        select(Satisfaction, Report)
        .join(Report, Report.id == Satisfaction.report_id)
        .where(Report.case_id == case_id, Satisfaction.rating.is_(None))
        .order_by(Satisfaction.id.desc())
    )
    asked, report = work.session.execute(row).first()  # type: ignore[misc]  # there is one, or the test is wrong
    cases.rate(work, report, asked, rating, reason)


def _received(work: Work, case: Case) -> None:
    cases.proof_received(work, case, "")


def received(life: Life, case_id: int) -> None:
    """The photographs of a proof have arrived."""
    life.does("clerk", _received, case_id)


def refused(life: Life, case_id: int) -> None:
    """The photographs of a proof do not hold."""
    life.does("clerk", _refused, case_id)


def _refused(work: Work, case: Case) -> None:
    cases.proof_refused(work, case, "照片与整改前相同")
