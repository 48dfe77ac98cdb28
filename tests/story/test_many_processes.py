"""Two web processes and two worker processes on one PostgreSQL, Redis and S3 store, as on several machines."""

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import pytest
import redis
from prometheus_client.mmap_dict import MmapedDict
from sqlalchemy import Engine, NullPool, create_engine, text

from models.engine import make_engine
from rules.workdays import CHINA
from story import engines
from story.pictures import picture
from story.places import AT_THE_RIVER
from story.stage import DISTRICT, Stage, stage
from story.teller import messages

pytestmark = pytest.mark.xdist_group("many processes")  # they share one installation

WORDS = ("往河里排污水", "河边堆了好多垃圾", "有人在河里下地笼", "护坡塌了一块")
"""A kind of problem each, so that no report joins another's case."""
CHIEF = "chief_tianmu"


@dataclass
class Installation:
    """The product on its stage, and a look behind it."""

    played: Stage
    folder: Path
    settings: dict[str, str]

    @cached_property
    def database(self) -> Engine:
        url = make_engine(self.played.environment["HESHAO__DATABASE__URL"]).url
        return create_engine(url, poolclass=NullPool)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def answered(self) -> Counter[int]:
        """Messages answered so far by each web process, by its id."""
        found: Counter[int] = Counter()
        for file in self.folder.glob("metrics/*/counter_*.db"):
            for key, value, *_ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
                if "/wechat" in key:
                    found[int(file.stem.removeprefix("counter_"))] += int(value)
        return found

    def workers(self) -> list[psutil.Process]:
        """The processes of `flask work`, whoever began them."""
        return [process for process in self.family() if command_of(process)[-1:] == ["work"]]

    def family(self) -> list[psutil.Process]:
        """Every process of the product that lives."""
        heads = [psutil.Process(process.pid) for process in self.played.running if process.poll() is None]
        return [one for head in heads for one in (head, *head.children(recursive=True)) if command_of(one)]


def command_of(process: psutil.Process) -> list[str]:
    """Its words; none where it has ended."""
    try:
        return [str(word) for word in process.cmdline()]
    except psutil.NoSuchProcess:  # or a zombie
        return []


@contextmanager
def installed(folder: Path, **settings: str) -> Iterator[Installation]:
    with stage(folder, lambda line: None, **settings) as played:
        yield Installation(played, folder, settings)


@pytest.fixture(scope="module")
def many(
    postgresql_server: str, redis_server: str, s3_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Two web processes and a worker from `flask serve`, another from `flask work`."""
    with (
        engines.database(postgresql_server) as rows,
        engines.redis_database(redis_server) as queue,
        installed(
            tmp_path_factory.mktemp("many"),
            HESHAO__SERVER__PROCESSES="2",
            **engines.installation(rows, queue, engines.bucket(s3_server)),
        ) as house,
    ):
        house.played.begins("work")
        house.played.until(lambda: len(house.workers()) == 2, "the second worker")
        yield house


def all_at_once(played: Stage) -> dict[str, Any]:
    """Everybody sends an album at once and reports it; what came of it, without what is drawn by lot."""
    chief = played.person(CHIEF)
    chief.says("待办")

    def reports(number: int) -> str:
        person = played.person(f"resident-{number}")
        person.sends_photos([picture(10 * number + n) for n in range(3)])
        person.sends_location(AT_THE_RIVER.latitude, AT_THE_RIVER.longitude, "桥下", datum="wgs84")
        summary = person.says(WORDS[number]) or ""
        filed = person.says("提交") or ""
        return summary + "\n" + re.sub(r"[\d-]+", "…", filed)

    with ThreadPoolExecutor(len(WORDS)) as pool:
        heard = list(pool.map(reports, range(len(WORDS))))
    played.until(lambda: len(messages(chief)) >= len(WORDS), "the chief to be told of every case")
    return {"heard": heard, "chief": Counter(sentence for sentence, _ in messages(chief))}


STATE = """
SELECT report.words, evidence.arrival, evidence.digest
FROM evidence JOIN report ON report.id = evidence.report_id ORDER BY report.words, evidence.digest
"""


def settled(house: Installation) -> list[tuple[Any, ...]]:
    """All photos of all reports, when none is on its way any more."""
    house.played.until(
        lambda: all(arrival == "stored" for _, arrival, _ in house.rows(STATE)), "every photo to be stored"
    )
    return house.rows(STATE)


def test_albums_sent_at_once_land_on_different_processes_and_nothing_differs_from_one(
    many: Installation, tmp_path: Path
) -> None:
    told, kept = all_at_once(many.played), settled(many)
    by_process = many.answered()
    assert len(+by_process) == 2
    with installed(tmp_path) as single:
        assert all_at_once(single.played) == told
        assert settled(single) == kept
        assert len(single.answered()) == 1
    assert len(kept) == 3 * len(WORDS)
    assert all("照片 3 张" in words for words in told["heard"])
    assert told["chief"] == {"case_assigned": len(WORDS)}


def test_one_access_token_serves_all_processes(many: Installation) -> None:
    assert [call["errcode"] for call in many.played.platform.calls() if "token" in call["path"]] == [0]
    tokens = many.rows("SELECT count(*) FROM access_token")
    assert tokens == [(1,)]


def test_a_registry_imported_while_all_run_is_seen_by_every_web_process(
    many: Installation, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(DISTRICT / "registry.xlsx")
    (name,) = (row[4] for row in book["河段"].iter_rows() if row[0].value == "BYH-03")
    name.value = "北运河新名字段"
    book.save(tmp_path / "renamed.xlsx")
    people = [many.played.person(f"reader-{n}") for n in range(12)]

    def says_the_new_name(person: Any) -> str:
        person.sends_photo(picture(500))
        return person.says("北运河新名字段") or ""

    with ThreadPoolExecutor(4) as pool:
        earlier = list(pool.map(says_the_new_name, people))
        assert all("地点：北运河新名字段" not in reply for reply in earlier)
        many.played.flask("registry", "import", str(tmp_path / "renamed.xlsx"))
        imported = many.answered()
        later = list(pool.map(says_the_new_name, people))
    assert all("北仓镇" in reply for reply in later)
    assert len(many.answered() - imported) == 2


def test_there_are_as_many_workers_as_configured_and_one_clock(many: Installation) -> None:
    """A web process that ran workers or a clock would be seen here."""
    url = many.settings["HESHAO__QUEUE__URL"]
    with redis.Redis.from_url(url) as client:
        listening = [
            line for line in client.client_list() if line["db"] == url.rpartition("/")[2] and line["cmd"] == "brpop"
        ]  # fmt: skip
    assert len(listening) == 2 * 2  # processes, and [queue] workers in each
    assert len(clocks(many)) == 1


def clocks(house: Installation) -> list[tuple[Any, ...]]:
    """The connections that hold the clock's lock (who numbers something holds one of two keys)."""
    return house.rows(
        "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND datname = current_database()"
    )


def test_what_killed_workers_had_in_hand_is_found_again_from_the_rows(many: Installation) -> None:
    settled(many)
    fault = many.played.platform.breaks("media_slow", seconds=30)
    held = clocks(many)
    li = many.played.person("li")
    li.sends_photo(picture(700))
    li.sends_location(AT_THE_RIVER.latitude, AT_THE_RIVER.longitude, "桥下", datum="wgs84")
    li.says("水面漂着死鱼")
    assert "提交成功" in (li.says("提交") or "")
    in_hand = "SELECT count(*) FROM evidence WHERE leased_until IS NOT NULL AND arrival = 'waiting'"
    many.played.until(lambda: many.rows(in_hand) == [(1,)], "a worker to take up the photo")
    killed = many.workers()
    for process in killed:
        os.kill(process.pid, signal.SIGKILL)
    many.played.platform.mends(fault)
    assert len(killed) == 2
    assert many.rows(in_hand) == [(1,)]

    many.played.begins("work")
    many.played.until(lambda: len(set(many.workers()) - set(killed)) == 2, "both workers to be there again")
    many.played.until(lambda: len(clocks(many)) == 1 and clocks(many) != held, "one of them to run the clock")
    later = datetime.now(CHINA) + timedelta(minutes=2)  # noqa: TID251 - the processes go by the real time
    many.played.flask("jobs", "run", "photos", "--at", f"{later:%Y-%m-%dT%H:%M:%S}")
    assert Counter(arrival for _, arrival, _ in many.rows(STATE)) == {"stored": 3 * len(WORDS) + 1}


def test_term_ends_every_process(many: Installation) -> None:
    family = many.family()
    assert Counter("granian" in command_of(process) for process in family)[True] == 1 + 2
    many.played.end()
    assert [command_of(process) for process in family if command_of(process)] == []
