"""The key that signs links: made once, also when several processes start for the first time together."""

from concurrent.futures import ThreadPoolExecutor

from models.setting import Secret
from services.desk import Desk
from services.secrets import signing_key


def test_eight_first_starts_at_once_agree_on_one_key(desk: Desk) -> None:
    # a desk each, as processes have: they share the database and nothing else
    desks = [
        Desk(desk.engine, desk.clock, desk.rulebook, desk.random, lambda _: None, desk.links)
        for _ in range(8)
    ]
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda one: one.do(signing_key), desks))
    assert len(keys) == 1
    assert len(keys.pop()) >= 40
    with desk.reading() as work:
        assert work.session.query(Secret).count() == 1


def test_the_key_stays(desk: Desk) -> None:
    assert desk.do(signing_key) == desk.do(signing_key)
