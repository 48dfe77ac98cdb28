"""Reporting a river problem: photos, a place and a few words, in any order; then 提交."""

import re
from datetime import timedelta
from typing import Any

from bot.conversation import Again, Begin, Commands, Done, Draft, Flow, Outcome
from bot.messages import Photo, Place, Scan, Text, Video, Voice
from handlers import gathering, texts
from handlers.gathering import SUBMIT, shortened
from models.report import SOURCE_NAMES, Report, Source
from rules import coordinates, deadlines, kinds
from rules.coordinates import Position
from rules.deadlines import in_words
from rules.kinds import Kind
from rules.lifecycle import STATE_NAMES, State
from rules.routing import Candidate, Found, Offered, OutsideDistrict, WhichTown
from services import boards, reports
from services.desk import Work
from services.reports import Submission, Whereabouts

flow = Flow("report", "举报", holds=gathering.holds_something)
commands = Commands()


@commands.say(r"我要举报|举报|投诉|反映|我要反映|我要投诉|反映问题|上报|新问题")
def begin(work: Work, said: Any) -> Begin:
    return Begin("report")


@commands.say(r"代报|电话代报", lambda who: who.is_office)
def begin_by_telephone(work: Work, said: Any) -> Begin:
    return Begin("report", {"telephone": True})


HANDED_DOWN = {"市级反馈": Source.CITY_FEEDBACK, "暗查暗访": Source.INSPECTION}


@commands.say(r"(?:代报|录入)?\s*(?P<source>市级反馈|暗查暗访)", lambda who: who.is_office, refuses=False)
def begin_handed_down(work: Work, said: re.Match[str]) -> Begin:
    """The Office writes down a problem the city fed back, or an inspection found."""
    return Begin("report", {"telephone": True, "handed_down": HANDED_DOWN[said["source"]].value})


@flow.step(
    "gather",
    wants=(Photo, Voice, Video, Place, Scan, Text),
    ask=lambda work, draft: where_we_are(work, draft),
)
def gather(work: Work, said: Any, draft: Draft) -> Outcome:
    match said:
        case Photo() if gathering.is_one_too_many(work, said, draft):
            return Again(gathering.too_many(work))
        case Photo() | Voice() | Video():
            gathering.add_medium(draft, said)
            if (
                isinstance(said, Voice)
                and said.recognised
                and not draft.get("place")
                and not draft.get("asking")
            ):
                take_named_place(work, said.recognised, draft)
        case Place():
            note = take_position(work, said, draft)
            if note:
                return Again(note)
        case Scan():
            if not take_board(work, said.scene, draft):
                return Again(texts.NO_SUCH_BOARD)
        case Text():
            outcome = take_words(work, said.text, draft)
            if isinstance(outcome, Again) and is_danger(work, said.text):
                return Again(f"{texts.DANGER}\n{outcome.text}")
            return outcome
    return Again(where_we_are(work, draft))


def is_danger(work: Work, words: str) -> bool:
    """Whether the words speak of danger to people, for which 110 and 119 come first."""
    return any(word in words for word in work.rulebook.danger_words)


def take_words(work: Work, text: str, draft: Draft) -> Outcome:
    """Words may answer an open question, change a part, submit, name a place, or say what was seen."""
    said = text.strip()
    number = gathering.number_said(said)
    if number is not None and draft.get("asking"):
        return choose(work, number, draft)
    if said in SUBMIT or number == 1:
        return submit(work, draft) if is_complete(draft) else Again(where_we_are(work, draft))
    if number is not None:
        return Again(where_we_are(work, draft))
    changed = change_a_part(work, said, draft)
    if changed:
        return Again(changed)
    if draft.get("telephone") and note_the_caller(said, draft):
        return Again(f"{texts.CALLER_SAVED}\n{where_we_are(work, draft)}")
    if draft.get("asking", {}).get("what") == "kind":
        kind = kinds.named(said, work.rulebook.kinds)
        if kind is not None:
            draft["kind"] = kind.name
            draft.pop("asking")
            return Again(where_we_are(work, draft))
        if draft["asking"].get("wanted"):
            if len(said) > LONGEST_KIND:
                gathering.add_words(draft, said)
            return Again(_kind_question(work))
    if draft.get("asking", {}).get("what") in ("town", "reach"):
        return take_words_at_a_border(work, said, draft)
    place_only = not draft.get("place") and take_named_place(work, said, draft)
    if not place_only:
        gathering.add_words(draft, said)
    return Again(where_we_are(work, draft))


LONGEST_KIND = 8
"""A longer text that names no kind is what somebody saw, not a kind mistyped."""


def take_words_at_a_border(work: Work, said: str, draft: Draft) -> Outcome:
    """The place is known but for the choice: words may name the town or reach, and are kept in any case."""
    for number, option in enumerate(draft["asking"]["options"], 1):
        reach = reports.reach(work, option["reach"])
        town = reports.town(work, option["town"])
        if said in (town.name, reach.name):
            return choose(work, number, draft)
    gathering.add_words(draft, said)
    return Again(where_we_are(work, draft))


def take_position(work: Work, said: Place, draft: Draft) -> str:
    """Route a location message (GCJ-02); returns a sentence when no place came of it."""
    coordinates.checked(said.longitude, said.latitude)
    position = coordinates.gcj02_to_wgs84(said.longitude, said.latitude)
    where = {
        "longitude": position.longitude, "latitude": position.latitude,
        "given": [said.longitude, said.latitude], "datum": "GCJ-02", "label": said.label,
    }  # fmt: skip
    return _routed(work, position, where, draft)


def _routed(work: Work, position: Position, where: Draft, draft: Draft) -> str:
    match reports.route(work, position):
        case Found(reach=reach, town=town, metres=metres, reason=reason):
            _set_place(work, draft, where | {"reach": reach, "town": town, "metres": metres, "why": reason})
        case WhichTown(choices=choices):
            _ask_which(draft, "town", where, choices)
        case Offered(candidates=candidates):
            _ask_which(draft, "reach", where, candidates)
        case OutsideDistrict():
            reports.decline_place(work, position, "outside_district")
            return texts.OUTSIDE.format(district=work.rulebook.district, hotline=work.rulebook.hotline)
        case _:
            reports.decline_place(work, position, "too_far")
            return texts.TOO_FAR.format(metres=round(work.rulebook.routing.far_metres))
    return ""


def _ask_which(draft: Draft, what: str, where: Draft, candidates: tuple[Candidate, ...]) -> None:
    draft.pop("place", None)
    draft["asking"] = {
        "what": what,
        "where": where,
        "options": [{"reach": c.reach, "town": c.town, "metres": c.metres} for c in candidates],
    }


def _set_place(work: Work, draft: Draft, where: Draft) -> None:
    reach = reports.reach(work, where["reach"])
    label = where.get("label", "")
    name = f"{reach.name}，{shortened(label, 40)}" if label else reach.name
    draft["place"] = where | {"name": name}
    draft.pop("asking", None)


def take_board(work: Work, scene: str, draft: Draft) -> bool:
    """The place of a scanned notice board."""
    board = boards.board_of_scene(work, scene)
    if board is None:
        return False
    where: Draft = {
        "reach": board.reach_id, "town": board.reach.town_id, "label": f"公示牌 {board.code}",
        "why": f"扫描公示牌 {board.code}",
    }  # fmt: skip
    if board.longitude is not None and board.latitude is not None:
        where |= {
            "longitude": board.longitude, "latitude": board.latitude,
            "given": [board.longitude, board.latitude], "datum": "WGS-84",
        }  # fmt: skip
    _set_place(work, draft, where)
    return True


def take_named_place(work: Work, said: str, draft: Draft) -> bool:
    """Find the place in the words; returns whether they say nothing else."""
    found, place_only = reports.reaches_called(work, said)
    if len(found) == 1:
        reach = found[0]
        _set_place(
            work,
            draft,
            {"reach": reach.id, "town": reach.town_id, "why": f"按地名“{shortened(said, 30)}”确定"},
        )
    elif found:
        draft["asking"] = {
            "what": "named",
            "where": {"why": f"按地名“{shortened(said, 30)}”由反映人选定"},
            "options": [{"reach": r.id, "town": r.town_id} for r in found[:9]],
        }
    return bool(found) and place_only


def choose(work: Work, number: int, draft: Draft) -> Outcome:
    """A number answers the question that is open."""
    asking = draft["asking"]
    options = asking["options"]
    if not 1 <= number <= len(options):
        return Again(f"{texts.BAD_CHOICE}\n{where_we_are(work, draft)}")
    chosen = options[number - 1]
    if asking["what"] == "kind":
        draft["kind"] = chosen
        draft.pop("asking")
    else:
        chose = {"town": "交界处由反映人选择镇街", "reach": "由反映人在附近河段中选定"}.get(asking["what"])
        where = asking["where"] | chosen | ({"why": chose} if chose else {})
        _set_place(work, draft, where | {"asked": asking["what"] == "town"})
    return Again(where_we_are(work, draft))


def change_a_part(work: Work, said: str, draft: Draft) -> str:
    """“改地点” and the like empty one part of the draft; the rest stays."""
    if said in ("改地点", "改位置", "换地点", "换位置"):
        draft.pop("place", None)
        draft.pop("asking", None)
        return texts.PLACE_CLEARED.format(how=texts.HOW_TO_LOCATE)
    if said in ("改照片", "换照片", "重拍", "删照片"):
        draft["sent"] = []
        return texts.PHOTOS_CLEARED
    if said in ("改说明", "改文字", "改描述", "重写"):
        draft["words"] = ""
        draft.pop("kind", None)
        return texts.WORDS_CLEARED
    if said in ("改类别", "改类型", "换类别", "类别", "类型"):
        draft.pop("kind", None)
        _ask_kind(work, draft)
        draft["asking"]["wanted"] = True
        return _kind_question(work)
    return ""


def note_the_caller(said: str, draft: Draft) -> bool:
    """“姓名 张三”, “电话 138…” of somebody who telephoned."""
    number = re.fullmatch(r"(?:电话|手机|手机号|电话号码)\s*[:：是]?\s*([\d+][\d\s-]{6,19})", said)
    name = re.fullmatch(r"(?:姓名|名字)[\s:：是]+(\S{1,20})", said)
    if number:
        draft["caller_phone"] = number[1].strip()
    if name:
        draft["caller_name"] = name[1]
    return bool(number or name)


def is_complete(draft: Draft) -> bool:
    """A place, and something that shows or says what is wrong."""
    return bool(draft.get("place")) and bool(draft.get("sent") or draft.get("words"))


def kind_so_far(work: Work, draft: Draft) -> Kind | None:
    """Chosen by number, or taken from the words."""
    if draft.get("kind"):
        return next((kind for kind in work.rulebook.kinds if kind.name == draft["kind"]), None)
    return reports.kind_of(work, draft["words"]) if draft.get("words") else None


def _ask_kind(work: Work, draft: Draft) -> None:
    draft["asking"] = {"what": "kind", "options": [kind.name for kind in work.rulebook.kinds]}


def _kind_question(work: Work) -> str:
    rows = (f"{n} {kind.name}" for n, kind in enumerate(work.rulebook.kinds, 1))
    return "\n".join([texts.ASK_KIND, *rows])


def where_we_are(work: Work, draft: Draft) -> str:
    """What is there, what is missing and how to give it; or the summary, ending with 回复“提交”."""
    asking = draft.get("asking", {}).get("what")
    if asking in ("town", "reach", "named"):
        return _place_question(work, draft)
    if not gathering.holds_something(draft):
        ask = texts.ASK_TELEPHONE if draft.get("telephone") else texts.ASK_REPORT
        if draft.get("handed_down"):
            return texts.ASK_HANDED_DOWN.format(source=SOURCE_NAMES[Source(draft["handed_down"])])
        return ask.format(photos=work.rulebook.photos_per_report)
    if not is_complete(draft):
        return _still_missing(draft)
    kind = kind_so_far(work, draft)
    if kind is None:
        _ask_kind(work, draft)
    elif asking == "kind" and not draft.get("kind") and not draft["asking"].get("wanted"):
        draft.pop("asking")  # the words have said it meanwhile
    return summary(work, draft, kind)


def _still_missing(draft: Draft) -> str:
    have = [gathering.counted(draft)] if gathering.counted(draft) else []
    if draft.get("place"):
        have.append(f"地点“{draft['place']['name']}”")
    missing = (
        texts.MISSING_WHAT if draft.get("place") else texts.MISSING_PLACE.format(how=texts.HOW_TO_LOCATE)
    )
    return texts.HAVE.format(have="、".join(have)) + texts.MISSING.format(missing=missing)


def _place_question(work: Work, draft: Draft) -> str:
    asking = draft["asking"]
    head = {"town": texts.ASK_TOWN, "reach": texts.ASK_REACH, "named": texts.ASK_REACH_NAMED}[asking["what"]]
    reaches = [reports.reach(work, option["reach"]) for option in asking["options"]]
    names = [reach.name for reach in reaches]
    rows = []
    for n, (option, reach) in enumerate(zip(asking["options"], reaches, strict=True), 1):
        town = reports.town(work, option["town"])
        if asking["what"] == "reach":
            line = texts.REACH_AT.format(name=reach.name, town=town.name, metres=round(option["metres"]))
        elif names.count(reach.name) > 1:
            apart = (
                f"{reach.start}至{reach.end}" if reach.start and reach.end else reach.villages or reach.code
            )
            line = texts.REACH_NAMED_APART.format(name=reach.name, town=town.name, apart=apart)
        else:
            line = texts.REACH_NAMED.format(name=reach.name, town=town.name)
        rows.append(f"{n} {line}")
    have = [texts.HAVE.format(have=gathering.counted(draft))] if gathering.counted(draft) else []
    return "\n".join([*have, head, *rows])


def summary(work: Work, draft: Draft, kind: Kind | None) -> str:
    """All parts, for checking; the numbered question of the kind where the words do not say it."""
    place = draft["place"]
    town = reports.town(work, place["town"])
    lines = [texts.SUMMARY_HEAD, texts.SUMMARY_PLACE.format(place=place["name"])]
    lines.append(texts.SUMMARY_TOWN.format(town=town.name))
    sent = gathering.counted(draft, words=False)
    if sent:
        lines.append(texts.SUMMARY_SENT.format(sent=sent))
    if draft.get("words"):
        lines.append(texts.SUMMARY_WORDS.format(words=shortened(draft["words"], 120)))
    if draft.get("caller_name") or draft.get("caller_phone"):
        caller = f"{draft.get('caller_name', '')} {draft.get('caller_phone', '')}".strip()
        lines.append(texts.SUMMARY_CALLER.format(caller=caller))
    lines.append(texts.SUMMARY_KIND.format(kind=kind.name) if kind else _kind_question(work))
    return "\n".join([*lines, texts.SUMMARY_SUBMIT])


def submit(work: Work, draft: Draft) -> Done:
    """Hand the report in; the first line of the answer carries the ticket."""
    place = draft["place"]
    report = reports.submit(
        work,
        Submission(
            where=_whereabouts(place),
            kind=kind_so_far(work, draft) or reports.other_kind(work),
            words=draft.get("words", ""),
            sent=gathering.sent_in(draft),
            telephone=bool(draft.get("telephone")),
            caller_name=draft.get("caller_name", ""),
            caller_phone=draft.get("caller_phone", ""),
            handed_down=Source(draft["handed_down"]) if draft.get("handed_down") else None,
        ),
    )
    return Done(receipt(work, report), leaves={"report": report.id})


def _whereabouts(place: Draft) -> Whereabouts:
    has_position = "longitude" in place
    return Whereabouts(
        reach_id=place["reach"],
        town_id=place["town"],
        place=place["name"],
        position=Position(place["longitude"], place["latitude"]) if has_position else None,
        given=(place["given"][0], place["given"][1]) if has_position else None,
        datum=place.get("datum", ""),
        routed_by=place.get("why", ""),
        metres=place.get("metres"),
        asked=bool(place.get("asked")),
    )


def receipt(work: Work, report: Report) -> str:
    """Ticket, town, dates, what happens next."""
    case = report.case
    town = case.town.name if case.town else ""
    lines = [texts.SUBMITTED_TICKET.format(ticket=report.ticket)]
    if report.joined:
        lines.append(texts.SUBMITTED_JOINED.format(town=town or "河长办", state=STATE_NAMES[case.state]))
    elif case.state is State.TRIAGE:
        lines.append(texts.SUBMITTED_OFFICE.format(place=report.place))
    else:
        lines.append(texts.SUBMITTED_TOWN.format(town=town, place=report.place))
    lines += _dates(work, report)
    if report.source in HANDED_DOWN.values():
        source = SOURCE_NAMES[report.source]
        lines.append(texts.SUBMITTED_HANDED_DOWN.format(source=source, number=case.number))
    elif report.reporter_id is None:
        lines.append(texts.SUBMITTED_BY_PHONE)
    else:
        lines.append(texts.SUBMITTED_NEXT.format(ticket=report.ticket))
    return "\n".join(lines)


def _dates(work: Work, report: Report) -> list[str]:
    case, book = report.case, work.rulebook
    if case.state is State.ACCEPTED and case.rectify_by:
        rectify = deadlines.Deadline(case.rectify_by, case.rectify_provisional)
        return [texts.SUBMITTED_RECTIFY.format(rectify=in_words(rectify, now=work.now))]
    if case.state is not State.ASSIGNED or case.accept_by is None:
        return []
    accept = deadlines.Deadline(case.accept_by, case.accept_provisional)
    rectify = deadlines.rectification(
        case.accept_by - timedelta(microseconds=1), case.severity, book.deadlines, work.calendar
    )
    return [
        texts.SUBMITTED_DATES.format(
            accept=in_words(accept, now=work.now), rectify=in_words(rectify, now=work.now)
        )
    ]


def begin_with(work: Work, said: Any) -> Begin | str:
    """A photo, recording, video, place or scanned board that begins a report by itself."""
    draft: Draft = {}
    match said:
        case Place():
            note = take_position(work, said, draft)
            if note:
                return note
        case Scan():
            if not take_board(work, said.scene, draft):
                return texts.NO_SUCH_BOARD
        case _:
            gathering.add_medium(draft, said)
    return Begin("report", draft)


def begin_with_words(work: Work, text: str) -> Begin | None:
    """Words that speak of a problem, or name a reach, begin a report; anything else does not."""
    draft: Draft = {}
    place_only = take_named_place(work, text, draft)
    if reports.kind_of(work, text) is None and not draft:
        return None
    if not place_only:
        gathering.add_words(draft, text)
    return Begin("report", draft)
