"""Evidence is expected, leased for a minute, and settled once."""

from datetime import timedelta
from typing import Any

import pytest

from models.evidence import Arrival, Evidence, Medium, Photo
from models.report import Addition
from rules.proof import NO_TIME
from services import evidence
from services.desk import Desk, Work
from services.photographs import Examined, examine
from tests.conftest import Clock
from tests.services.pictures import LIMITS, exif, jpeg, scene
from tests.services.rows import Reported, a_reported_case

UNDATED = examine(jpeg(), LIMITS)
DATED = examine(jpeg(scene(500, 300), exif=exif(1, "2026:11:23 11:00:00")), LIMITS)


@pytest.fixture
def reported(desk: Desk) -> Reported:
    return desk.do(a_reported_case)


def expect(desk: Desk, reported: Reported, medium: Medium = Medium.PHOTO, **more: Any) -> int:
    return desk.do(evidence.expect, medium, "media-1", **(more or {"report_id": reported.report_id})).id


def row(desk: Desk, evidence_id: int) -> Evidence:
    with desk.reading() as work:
        return work.session.get_one(Evidence, evidence_id)


def lease(desk: Desk) -> list[tuple[int, int]]:
    return [(piece.id, piece.attempts) for piece in desk.do(evidence.lease, 10)]


def test_what_is_expected_is_due_at_once_and_wakes_the_workers(
    desk: Desk, reported: Reported, woken: list[str]
) -> None:
    assert not desk.look(evidence.anything_due)
    one = expect(desk, reported)
    assert woken == ["photos"]
    assert desk.look(evidence.anything_due)
    assert lease(desk) == [(one, 1)]


def test_a_lease_is_nobody_elses_and_ends_after_a_minute(
    desk: Desk, reported: Reported, clock: Clock
) -> None:
    one = expect(desk, reported)
    assert lease(desk) == [(one, 1)]
    clock.forward(seconds=59)
    assert lease(desk) == []
    clock.forward(seconds=1)
    assert lease(desk) == [(one, 2)]


def test_a_piece_that_kills_its_workers_comes_up_ever_more_seldom(
    desk: Desk, reported: Reported, clock: Clock
) -> None:
    one = expect(desk, reported)
    began, times = clock.at, []
    while clock.at < began + timedelta(hours=4):
        if lease(desk):
            times.append(int((clock.at - began).total_seconds()))
        clock.forward(seconds=10)
    assert times == [0, 60, 120, 180, 480, 2280, 5880, 9480, 13080]
    assert row(desk, one).arrival is Arrival.WAITING


def test_failures_wait_longer_each_time_until_wechat_has_forgotten(
    desk: Desk, reported: Reported, clock: Clock
) -> None:
    one = expect(desk, reported)
    began, waits = clock.at, []
    for _ in range(8):
        clock.set(max(clock.at, row(desk, one).next_try_at))
        assert lease(desk)
        desk.do(evidence.not_yet, one, "网络不通")
        waits.append(int((row(desk, one).next_try_at - clock.at).total_seconds()))
    assert waits == [10, 30, 60, 300, 1800, 3600, 3600, 3600]
    assert row(desk, one).reason == "网络不通"
    clock.set(began + timedelta(days=3))
    lease(desk)
    desk.do(evidence.not_yet, one, "网络不通")
    assert row(desk, one).arrival is Arrival.GONE
    assert not desk.look(evidence.anything_due)


def test_a_photograph_arrives_with_what_its_exif_says_kept_apart(desk: Desk, reported: Reported) -> None:
    one, two = expect(desk, reported), expect(desk, reported)
    desk.do(evidence.arrived, one, DATED)
    desk.do(evidence.arrived, two, DATED)
    found = row(desk, one)
    assert (found.arrival, found.digest, found.mark) == (Arrival.STORED, DATED.digest, "")
    assert row(desk, two).digest == DATED.digest
    with desk.reading() as work:
        photo = work.session.get_one(Photo, DATED.digest)
        assert (photo.width, photo.height, photo.taken_at) == (500, 300, DATED.taken_at)
        assert work.session.query(Photo).count() == 1


@pytest.mark.parametrize(("photo", "mark"), [(UNDATED, NO_TIME), (DATED, "")])
def test_a_proof_without_a_time_is_marked_without_accusation(
    desk: Desk, reported: Reported, photo: Examined, mark: str
) -> None:
    one = expect(desk, reported, case_id=reported.case_id, proof_round=1)
    desk.do(evidence.arrived, one, photo)
    assert row(desk, one).mark == mark


def test_what_is_settled_stays_as_it_is(desk: Desk, reported: Reported) -> None:
    one = expect(desk, reported)
    desk.do(evidence.refused, one, "打不开。")
    desk.do(evidence.arrived, one, DATED)
    desk.do(evidence.gone, one, "没有了")
    desk.do(evidence.not_yet, one, "网络不通")
    desk.do(evidence.refused, one, "另一句话")
    found = row(desk, one)
    assert (found.arrival, found.reason, found.digest) == (Arrival.REFUSED, "打不开。", None)


def test_gone_at_once(desk: Desk, reported: Reported) -> None:
    one = expect(desk, reported)
    desk.do(evidence.gone, one, "微信返回 40007")
    assert row(desk, one).arrival is Arrival.GONE


def test_the_voices_of_who_leaves_are_erased_and_nothing_else(desk: Desk, reported: Reported) -> None:
    other = desk.do(a_reported_case, 2)

    def added(work: Work) -> int:
        addition = Addition(report_id=reported.report_id, words="", at=work.now)
        work.session.add(addition)
        work.session.flush()
        return addition.id

    addition_id = desk.do(added)
    voices = [
        expect(desk, reported, Medium.VOICE),
        expect(desk, reported, Medium.VOICE, addition_id=addition_id),
    ]
    kept = [
        expect(desk, reported, Medium.PHOTO),
        expect(desk, reported, Medium.VOICE, report_id=other.report_id),
    ]
    desk.do(evidence.arrived, voices[0], "recording/ab/key")
    desk.do(evidence.erase_voices, [reported.report_id])
    assert [row(desk, one).arrival for one in voices] == [Arrival.ERASED] * 2
    assert [row(desk, one).arrival for one in kept] == [Arrival.WAITING] * 2
    assert desk.look(evidence.to_erase) == [(voices[0], "recording/ab/key")]

    desk.do(evidence.arrived, voices[1], "recording/cd/key")  # it was on its way when its owner left
    assert [key for _, key in desk.look(evidence.to_erase)] == ["recording/ab/key", "recording/cd/key"]
    desk.do(evidence.erased, voices[0])
    desk.do(evidence.erased, voices[1])
    assert desk.look(evidence.to_erase) == []
