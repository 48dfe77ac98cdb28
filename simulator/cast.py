"""The people, boards and map to play with: from a JSON file, or a small invented cast."""

import json
from pathlib import Path
from typing import Any

from simulator.state import Json, Person, Template, World

EXAMPLE = Path(__file__).parent / "example.json"
KNOWN = ("key", "name", "openid", "role", "note", "hint", "following")


def add_person(world: World, given: Json) -> Person:
    """Add somebody, or change what is known of them; only `key` is needed."""
    key = str(given.get("key", ""))
    if not key:
        raise ValueError("人物缺少 key")
    person = world.people.get(key)
    if person is None:
        openid = str(given.get("openid") or world.openid_for(key))
        if world.person_by_openid(openid) is not None:
            raise ValueError(f"openid 已有人用：{openid}")
        person = Person(key, str(given.get("name") or key), openid, followed_at=world.clock.now())
        world.people[key] = person
    for name in KNOWN[1:]:
        if given.get(name) is not None:
            setattr(person, name, given[name])
    return person


def load(world: World, source: str | Path | Json | list[Json] | None) -> None:
    """Fill the world from a file's path, or from what such a file contains."""
    given: Any = EXAMPLE if source is None else source
    if isinstance(given, str | Path):
        given = json.loads(Path(given).read_text(encoding="utf-8"))
    if isinstance(given, list):
        given = {"people": given}
    for each in given.get("people", []):
        add_person(world, each)
    world.map = given.get("map", {})
    world.boards = given.get("boards", [])
    for template in given.get("templates", []):
        declare_template(world, template)


def declare_template(world: World, given: Json) -> None:
    """A template of the account; `{"any": true}` alone makes every id acceptable."""
    if given.get("any") and "id" not in given:
        world.account.any_template = True
        return
    fields = given.get("fields")
    if fields is not None and not isinstance(fields, dict):
        fields = {str(keyword): str(keyword) for keyword in fields}
    kind = str(given.get("kind", "template"))
    if kind not in {"template", "subscribe"}:
        raise ValueError("kind 只能是 template 或 subscribe")
    title = str(given.get("title") or "服务通知")
    world.templates[str(given["id"])] = Template(
        str(given["id"]), title, kind, None if given.get("any") else fields
    )
