"""Template messages and subscription notices: the keywords' rules, and who may receive what."""

import re

from simulator.calls import Asked, post
from simulator.errors import Refused
from simulator.state import Json, Person, Template, World

CLOCK_TIME = r"(\d{4}年\d{1,2}月\d{1,2}日\s*|\d{4}-\d{1,2}-\d{1,2}\s*)?([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
DATE = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{1,2}-\d{1,2})"

RULES: dict[str, str] = {
    "thing": r"(?s).{1,20}",
    "number": r"[-+]?\d{1,32}(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"({CLOCK_TIME}|{DATE})(~({CLOCK_TIME}|{DATE}))?",
    "date": rf"({DATE}|{CLOCK_TIME})(~({DATE}|{CLOCK_TIME}))?",
    "amount": r"[^\d\s]?\d{1,10}(\.\d+)?元?",
    "phone_number": r"[-+\d ]{1,17}",
    "car_number": r".{1,8}",
    "name": r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .·]{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
}


REMEMBERED = 600
"""Seconds for which the same client_msg_id is not sent twice."""


def rule_of(keyword: str) -> str | None:
    """The pattern a keyword's value must match whole; None for old keywords such as `first`, and enums."""
    return RULES.get(keyword.rstrip("0123456789"))


def check_value(keyword: str, value: str) -> None:
    """Refuse a value its keyword does not allow, in the platform's words."""
    if not value.strip():
        raise Refused(47003, f"argument invalid! data.{keyword}.value is empty")
    pattern = rule_of(keyword)
    if pattern is not None and not re.fullmatch(pattern, value):
        raise Refused(47003, f"argument invalid! data.{keyword}.value invalid")


def values_of(template: Template, data: object) -> Json:
    """The values of a message by keyword, checked against the template."""
    if not isinstance(data, dict):
        raise Refused(47003, "argument invalid! data is empty")
    keywords = list(template.fields if template.fields is not None else data)
    values: Json = {}
    for keyword in keywords:
        entry = data.get(keyword)
        value = entry.get("value") if isinstance(entry, dict) else None
        values[keyword] = "" if value is None else str(value)
        check_value(keyword, values[keyword])
    return values


def find(world: World, template_id: str, kind: str) -> Template:
    """The account's template, or 40037."""
    template = world.templates.get(template_id)
    if template is not None and template.kind == kind:
        return template
    if world.account.any_template and template is None and template_id:
        return Template(template_id, "服务通知", kind)
    raise Refused(40037)


def show(world: World, person: Person, kind: str, template: Template, values: Json, body: Json) -> None:
    """Put the card on the person's phone; a mini-program wins over a url."""
    labels = template.fields or {}
    fields = [{"key": key, "label": labels.get(key, key), "value": value} for key, value in values.items()]
    lines = [template.title, *(f"{field['label']}：{field['value']}" for field in fields)]
    world.show(
        person, "in", kind, "card", "\n".join(lines), title=template.title, fields=fields, values=values,
        template_id=template.template_id, miniprogram=body.get("miniprogram"),
        url="" if body.get("miniprogram") else body.get("url") or body.get("page") or "",
    )  # fmt: skip


@post("/cgi-bin/message/template/send")
def send_template(world: World, asked: Asked) -> Json:
    """Send a template message to a follower; its fate comes later as an event."""
    person = world.person_by_openid(asked.text("touser", 40003))
    if person is None:
        raise Refused(40003)
    template = find(world, asked.text("template_id", 40037), "template")
    if not person.following:
        raise Refused(43004)
    values = values_of(template, asked.body.get("data"))
    once, now = str(asked.body.get("client_msg_id") or ""), world.clock.now()
    earlier, sent_at = world.template_ids.get(once, (0, 0))
    if earlier and now - sent_at < REMEMBERED:
        return {"errcode": 0, "errmsg": "ok", "msgid": earlier}
    message_id = world.message_id()
    if once:
        world.template_ids[once] = message_id, now
    failures = world.faults.striking("job", "", person.openid)
    status = next((fault.does for fault in failures if fault.does.startswith("failed")), "success")
    if status == "success":
        show(world, person, "template", template, values, asked.body)
    asked.pusher.later(
        person.openid,
        {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": message_id, "Status": status},
    )
    return {"errcode": 0, "errmsg": "ok", "msgid": message_id}


@post("/cgi-bin/message/subscribe/bizsend")
def send_notice(world: World, asked: Asked) -> Json:
    """Send a subscription notice; it costs one accepted subscription, unless that is long-term."""
    person = world.person_by_openid(asked.text("touser", 40003))
    if person is None:
        raise Refused(40003)
    template = find(world, asked.text("template_id", 40037), "subscribe")
    values = values_of(template, asked.body.get("data"))
    if template.template_id not in person.long_term:
        if person.credits[template.template_id] <= 0:
            raise Refused(43101)
        person.credits[template.template_id] -= 1
    show(world, person, "subscribe", template, values, asked.body)
    sent = {
        "TemplateId": template.template_id,
        "MsgID": world.message_id(),
        "ErrorCode": 0,
        "ErrorStatus": "success",
    }
    asked.pusher.later(
        person.openid,
        {"MsgType": "event", "Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": sent}},
    )
    return {"errcode": 0, "errmsg": "ok"}
