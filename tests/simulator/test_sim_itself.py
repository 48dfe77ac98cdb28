"""The program itself: independent, deterministic where seeded, never deaf while it waits, and startable."""

import ast
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
import requests

import simulator
from simulator.client import Platform, Refusal
from simulator.control import Control, routes
from simulator.faults import CATALOGUE
from simulator.gestures import GESTURES
from simulator.server import Simulator, start
from tests.simulator.doubles import Product, Webhook, echo

HERE = Path(simulator.__file__).parent
THIRD_PARTY = {"PIL", "cryptography", "defusedxml", "flask", "requests", "segno", "werkzeug"}


def test_it_imports_nothing_of_the_product() -> None:
    imported: set[str] = set()
    for file in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    assert imported - set(sys.stdlib_module_names) - THIRD_PARTY == {"simulator"}


def test_the_same_seed_gives_the_same_ids() -> None:
    def ids() -> list[str]:
        running = start(seed=3)
        caller = Product(running.url, running.world.account)
        made = [caller.stable_token()["access_token"], caller.new_token()["access_token"]]
        running.stop()
        return [*made, str(running.world.message_id())]

    assert ids() == ids()


def test_the_api_answers_while_a_push_waits(platform: Platform, product: Product, webhook: Webhook) -> None:
    def ask_back(message: Element) -> str:
        assert "ip_list" in product.get("getcallbackip")
        return echo(message)

    webhook.answer = ask_back
    assert platform.person("li").says("你好") == "收到：你好"


def test_many_people_at_once(platform: Platform, webhook: Webhook) -> None:
    replies: dict[int, str | None] = {}

    def talk(number: int) -> None:
        replies[number] = platform.person(f"p{number}").says(str(number))

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == {number: f"收到：{number}" for number in range(30)}


def test_a_cast_of_ones_own(tmp_path: Path) -> None:
    cast = {
        "people": [{"key": "a", "name": "甲", "openid": "oAAA", "role": "居民", "hint": ["你好"]}],
        "map": {"bounds": [117, 39, 118, 40], "lines": [], "towns": []},
        "boards": [{"code": "1", "scene": "river_1", "name": "一号"}],
        "templates": [{"id": "T", "title": "通知", "fields": {"thing1": "地点"}}],
    }
    file = tmp_path / "cast.json"
    file.write_text(json.dumps(cast), encoding="utf-8")
    running = start(people=file)
    state = Platform(running.url).state()
    running.stop()
    assert [(person["key"], person["openid"]) for person in state["people"]] == [("a", "oAAA")]
    assert (state["boards"], state["map"]) == (cast["boards"], cast["map"])
    assert state["templates"][0]["fields"] == {"thing1": "地点"}


def test_what_cannot_be_done_is_said(sim: Simulator, platform: Platform) -> None:
    li = platform.person("li")
    for gesture, given in [
        ("dance", {}),
        ("text", {}),
        ("images", {}),
        ("tap", {"type": "dance"}),
        ("follow", {}),
    ]:
        with pytest.raises(Refusal):
            li.does(gesture, **given)
    assert requests.get(f"{sim.url}/_sim/people/nobody", timeout=5).status_code == 404
    with pytest.raises(Refusal, match="往前"):
        platform.advance(-1)
    with pytest.raises(ValueError, match="43"):
        start(aes_key="short")


def test_as_a_program() -> None:
    command = [sys.executable, "-m", "simulator", "--port", "0", "--mode", "plain", "--seed", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = line[line.index("http") : line.index("（")]
        assert Platform(url).state()["account"]["mode"] == "plain"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_document_names_every_call_gesture_and_fault(sim: Simulator) -> None:
    document = (HERE.parent / "docs" / "simulator.md").read_text(encoding="utf-8")
    addresses = {route.replace(" ", " /_sim/") for route in routes(Control(sim.world, sim.pusher))}
    missing = [name for name in {*addresses, *CATALOGUE} if f"`{name}`" not in document]
    missing += [name for name in GESTURES if f"`{name}" not in document]
    assert missing == []
