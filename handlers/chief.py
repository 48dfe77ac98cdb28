"""What town chiefs, village chiefs and liaisons do by chat with their own cases."""

import re
from typing import Any

from bot.conversation import Again, Begin, Commands, Done, Draft, Flow, Outcome
from bot.messages import Photo, Text, Video, Voice
from handlers import gathering, texts
from handlers.case_lines import GAP_OR_END, NUMBER, REASON, details, line_of, short_of, the_case
from handlers.gathering import SUBMIT, counted, shortened
from models.case import Case, open_cases
from rules.lifecycle import State
from rules.refusal import Refusal
from rules.roles import TOWN_ROLES
from services import case_links, cases, extensions, reports
from services.case_notices import deadline_words
from services.desk import Work
from services.people import Who
from services.standing import Standing

commands = Commands()
proof = Flow("proof", "整改材料", holds=lambda draft: bool(draft.get("sent") or draft.get("words")))
NEW_PROBLEM = frozenset({"举报", "新问题", "新举报", "上报", "我要举报", "新"})
PROOF_OF = re.compile(rf"(?:办结\s*)?{NUMBER}")
whose_photo = Flow(
    "whose_photo", "照片", holds=lambda draft: False,
    hears=lambda text: text in NEW_PROBLEM or PROOF_OF.fullmatch(text) is not None,
)  # fmt: skip


UNREADABLE = (
    r"(?:[\s，,：:。!！?？A-Za-z-]*|\s*\d{1,3}\s*[个件]"
    r"|\s*第?[一二两三四五六七八九十]{1,3}[个件号]?|\s+\D{1,20}|\s*-?\d{9}.*)"
)
"""What may follow a verb where the number is missing or cannot be read; anything else are ordinary words."""


def town(who: Who) -> bool:
    return who.is_town


def staff(who: Who) -> bool:
    return who.is_town or who.is_office


def my_cases(work: Work, *states: State) -> list[Case]:
    """Open cases this person answers for, oldest first."""
    if work.who is None:
        return []
    towns = {a.town_id for a in work.who.appointments if a.role in TOWN_ROLES and a.town_id}
    reaches = {reach.id for a in work.who.appointments for reach in a.reaches}
    rows = open_cases().where(Case.town_id.in_(towns) | Case.reach_id.in_(reaches))
    return [
        case for case in work.session.scalars(rows)
        if work.who.answers_for(case) and (not states or case.state in states)
    ]  # fmt: skip


def todo(work: Work) -> str:
    """The town's part of 待办."""
    mine = my_cases(work, State.ASSIGNED, State.ACCEPTED, State.PROVING)
    if not mine:
        return texts.NO_TODO
    rows = [line_of(work, case) for case in mine]
    return "\n".join([texts.TODO_TOWN.format(count=len(rows)), *rows, texts.TODO_TOWN_HINT])


def own(work: Work, said: re.Match[str]) -> Case:
    """The case named in a town's command, which must be this person's own."""
    case = the_case(work, said["n"])
    if work.who is None or not work.who.answers_for(case):
        raise Refusal("这不是您负责的案件。")
    return case


@commands.say(rf"受理\s*{NUMBER}[。.\s]*", town)
def accept(work: Work, said: re.Match[str]) -> str:
    case = own(work, said)
    cases.accept(work, case)
    return texts.ACCEPTED.format(
        number=case.number, place=case.place, deadline=deadline_words(work, case), n=short_of(work, case)
    )


@commands.say(rf"退回\s*{NUMBER}{REASON}", town)
def hand_back(work: Work, said: re.Match[str]) -> str:
    case = own(work, said)
    reason = said["reason"].strip()
    cases.hand_back(work, case, reason)
    return texts.HANDED_BACK.format(number=case.number, reason=reason)


@commands.say(rf"追问\s*{NUMBER}{GAP_OR_END}[\s，,：:。、；;]*(?P<question>.*)", staff)
def ask(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    return texts.ASKED.format(count=reports.ask(work, case, said["question"].strip()))


@commands.say(rf"照片\s*{NUMBER}", staff)
def photos(work: Work, said: re.Match[str]) -> str:
    case = the_case(work, said["n"])
    link = case_links.for_staff(work, case)
    return texts.PHOTO_LINK.format(number=case.number, link=link, days=work.rulebook.link_life.days)


@commands.say(rf"(?:详情|查看)\s*{NUMBER}", staff)
def show(work: Work, said: re.Match[str]) -> str:
    return shown(work, the_case(work, said["n"]))


def shown(work: Work, case: Case) -> str:
    """Details with what this person may do now."""
    return details(work, case, case_links.for_staff(work, case), actions(work, case))


def actions(work: Work, case: Case) -> str:
    """What can be said about this case now, by this person."""
    n = short_of(work, case)
    may = []
    if work.who and work.who.answers_for(case):
        if case.state is State.ASSIGNED:
            may += [f"受理 {n}", f"退回 {n} 理由"]
        if case.state is State.ACCEPTED:
            may.append(f"办结 {n}")
            may += [f"延期 {n} 天数 理由"] if extensions.may_ask(work, case) else []
        if case.is_open:
            may.append(f"追问 {n} 问题")
    if work.who and work.who.is_office:
        if case.state is State.VERIFYING:
            may += [f"复核 {n} 通过", f"复核 {n} 不通过 理由"]
        if case.state is State.ACCEPTED and extensions.asked_for(work, case) is not None:
            may += [f"准 {n}", f"不准 {n} 理由"]
        if case.state in (State.TRIAGE, State.ASSIGNED, State.ACCEPTED):
            may += [f"转派 {n} 镇街", f"不属于 {n} 理由"]
        if case.state in (State.CLOSED, State.DECLINED):
            may.append(f"重开 {n} 理由")
    return "／".join(may)


@commands.say(rf"办结\s*{NUMBER}{GAP_OR_END}[\s，,：:。、；;]*(?P<words>.*)", town)
def finish(work: Work, said: re.Match[str]) -> Begin:
    case = own(work, said)
    cases.start_proof(work, case)
    return Begin("proof", {"case": case.id, "words": said["words"].strip()})


@commands.say(
    rf"(?P<verb>受理|退回|办结|延期|追问|照片|详情){UNREADABLE}", staff, interrupts=False, refuses=False
)
def which(work: Work, said: re.Match[str]) -> str:
    """The verb without a number that can be read: the list again, with an example."""
    mine = my_cases(work, State.ASSIGNED, State.ACCEPTED, State.PROVING)
    if not mine and work.who and work.who.is_office:
        mine = list(work.session.scalars(open_cases()))
    if not mine:
        return texts.NO_TODO
    rows = [line_of(work, case) for case in mine]
    return "\n".join([texts.WHICH_CASE.format(verb=said["verb"], n=rows[0].split()[0]), *rows])


@commands.say(rf"(?P<verb>退回|追问|办结)\s*{NUMBER}(?P<words>\D.*)", town, interrupts=False, refuses=False)
def blank_missing(work: Work, said: re.Match[str]) -> str:
    """“退回1不是我镇的” may order it, “退回1份材料” does not: which of the two nobody can know."""
    return texts.BLANK_MISSING.format(
        verb=said["verb"], n=said["n"], words=shortened(said["words"].strip(), 20)
    )


@proof.step("gather", wants=(Photo, Voice, Video, Text), ask=lambda work, draft: proof_so_far(work, draft))
def gather_proof(work: Work, said: Any, draft: Draft) -> Outcome:
    if not isinstance(said, Text):
        if gathering.is_one_too_many(work, said, draft):
            return Again(gathering.too_many(work))
        gathering.add_medium(draft, said)
        return Again(proof_so_far(work, draft))
    if said.text.strip() not in SUBMIT | {"1", "１"}:
        gathering.add_words(draft, said.text)
        return Again(proof_so_far(work, draft))
    if gathering.photos_in(draft) == 0:
        return Again(texts.PROOF_NEEDS_PHOTO)
    case = work.session.get_one(Case, draft["case"])
    number = cases.prove(work, case, draft.get("words", ""), gathering.photos_in(draft))
    for sent in gathering.sent_in(draft):
        reports.expect(work, sent, case_id=case.id, proof_round=number)
    return Done(texts.PROVED.format(number=case.number), leaves={"case": case.id, "round": number})


def proof_so_far(work: Work, draft: Draft) -> str:
    have = counted(draft)
    if have:
        return texts.PROOF_SO_FAR.format(have=have)
    return texts.ASK_PROOF.format(number=work.session.get_one(Case, draft["case"]).number)


MAY_BE_PROVED = (State.ASSIGNED, State.ACCEPTED)
"""Cases a chief's photo may be proof for; one not yet accepted is told to be accepted first."""


def asks_whose_photo(work: Work, who: Who, stands: Standing) -> bool:
    """A chief's photo outside any conversation may be proof, where something is being rectified."""
    return who.is_town and bool(my_cases(work, *MAY_BE_PROVED))


@whose_photo.step(
    "which", wants=(Photo, Voice, Video, Text), ask=lambda work, draft: ask_whose_photo(work, draft)
)
def take_whose_photo(work: Work, said: Any, draft: Draft) -> Outcome:
    if not isinstance(said, Text):
        if gathering.is_one_too_many(work, said, draft):
            return Again(gathering.too_many(work))
        gathering.add_medium(draft, said)
        return Again(ask_whose_photo(work, draft))
    if said.text.strip() in NEW_PROBLEM:
        return Begin("report", {"sent": draft["sent"], "words": draft.get("words", "")})
    match = PROOF_OF.fullmatch(said.text.strip())
    if match is None:
        return Again(ask_whose_photo(work, draft))
    try:
        case = own(work, match)
        cases.start_proof(work, case)
    except Refusal as refusal:
        return Again(f"{refusal}\n{ask_whose_photo(work, draft)}")
    return Begin("proof", {"case": case.id, "words": draft.get("words", ""), "sent": draft["sent"]})


def ask_whose_photo(work: Work, draft: Draft) -> str:
    rows = [
        texts.WHOSE_PHOTO_LINE.format(
            n=short_of(work, case), kind=case.kind, place=shortened(case.place, 24), number=case.number
        )
        for case in my_cases(work, *MAY_BE_PROVED)
    ]
    return "\n".join([texts.WHOSE_PHOTO.format(count=gathering.photos_in(draft)), *rows])
