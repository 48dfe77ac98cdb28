"""A case that was closed in October 2026 with photographs before and after, ready to be released as an example."""

from dataclasses import dataclass
from datetime import date

from models.case import Case
from models.evidence import Arrival, Evidence, Medium, Photo
from models.person import Appointment, Person
from models.registry import Reach, WaterBody
from rules.lifecycle import State
from rules.months import Month
from rules.roles import Role
from services import examples, people
from services.desk import Desk, Work
from services.examples import AFTER, BEFORE
from services.photo_store import PhotoStore
from services.photographs import examine
from tests.services.pictures import LIMITS, exif, jpeg, scene
from tests.services.rows import a_reported_case
from tests.town_life import china

OCTOBER = Month(2026, 10)
SAID = "老李家门口有黑水，电话 13812345678"
"""What the reporter wrote: nobody reads it outside the Office."""
CLERK = "周科员"


@dataclass(frozen=True)
class Sent:
    """A case, and the ids of its photographs before and after."""

    case_id: int
    number: str
    before: tuple[int, ...]
    after: tuple[int, ...]


def kept_photo(work: Work, store: PhotoStore, width: int) -> str:
    """A photograph with a place and a time in its file, kept as the worker keeps it; its digest."""
    camera = exif(1, "2026:10:03 09:00:00", position=(117.1, 39.2))
    content = jpeg(scene(width, 300), exif=camera)
    seen = examine(content, LIMITS)
    if work.session.get(Photo, seen.digest) is None:
        work.session.add(
            Photo(
                digest=seen.digest, content_type=seen.content_type, bytes_count=seen.bytes_count, width=seen.width,
                height=seen.height, perceptual=seen.perceptual, taken_at=seen.taken_at,
                taken_longitude=seen.taken_longitude, taken_latitude=seen.taken_latitude, stored_at=work.now,
            )
        )  # fmt: skip
        work.session.flush()
    store.put_original(seen.digest, content)
    store.put_derived(seen.digest, "large", seen.large)
    return seen.digest


def a_piece(work: Work, digest: str | None, arrival: Arrival = Arrival.STORED, **belongs: int) -> int:
    """A photograph of a report (`report_id`) or of a proof (`case_id`, `proof_round`)."""
    row = Evidence(
        medium=Medium.PHOTO, media_id="m", arrival=arrival, digest=digest, sent_at=work.now, next_try_at=work.now,
        **belongs,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return row.id


def a_closed_case(work: Work, store: PhotoStore, serial: int = 101) -> Sent:
    """Opened on 3 October, sent back once, closed on the 12th: two photographs before, one of each round after."""
    reported = a_reported_case(work, serial, State.CLOSED, SAID)
    case = work.session.get_one(Case, reported.case_id)
    river = WaterBody(code=f"R{serial}", name="北运河", kind="河道", level="区管")
    work.session.add(river)
    work.session.flush()
    reach = Reach(
        code=f"D{serial}", water_body_id=river.id, town_id=case.town_id, name="北运河天穆镇段",
        wkt="LINESTRING(117.1 39.2, 117.12 39.2)",
    )  # fmt: skip
    work.session.add(reach)
    work.session.flush()
    case.reach_id, case.opened_at, case.closed_at = (
        reach.id,
        china("2026-10-03 09:00"),
        china("2026-10-12 15:00"),
    )
    case.number, case.proof_round = f"2026-{serial:04}", 2
    before = [a_piece(work, kept_photo(work, store, 400 + n), report_id=reported.report_id) for n in (0, 1)]
    sent_back, passed = (
        a_piece(work, kept_photo(work, store, 500 + n), case_id=case.id, proof_round=n) for n in (1, 2)
    )
    work.session.flush()
    return Sent(case.id, case.number, tuple(before), (sent_back, passed))


def the_office(work: Work) -> None:
    """A clerk of the Office, who speaks from now on."""
    person = work.session.query(Person).filter_by(name=CLERK).one_or_none()
    if person is None:
        person = Person(name=CLERK, phone="", pseudonym=people.new_pseudonym(work))
        work.session.add(Appointment(person=person, role=Role.OFFICE, since=date(2024, 1, 1)))
        work.session.flush()
    work.who = people.who_is(work, 0, person.id)


def release(
    work: Work, sent: Sent, words: str = "", month: Month = OCTOBER, number: int | None = None
) -> int:
    """The clerk releases it with the first photograph before (or that of `number`) and the last after; its id."""
    the_office(work)
    case = work.session.get_one(Case, sent.case_id)
    before, after = examples.photographs(work, case)
    first, last = examples.chosen(before, number, BEFORE), examples.chosen(after, None, AFTER)
    return examples.release(work, case, month, first, last, words).id


def released(desk: Desk, store: PhotoStore, words: str = "", serial: int = 101) -> Sent:
    """A closed case, released with October."""
    sent = desk.do(a_closed_case, store, serial)
    desk.do(release, sent, words)
    return sent
