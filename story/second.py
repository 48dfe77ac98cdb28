"""The second story: a boundary, a vacant post, a return, a transfer, a question, a withdrawal, a telephone
call, and a photo that never came."""

import re

from story.pictures import picture
from story.places import AT_THE_BOUNDARY, AT_THE_VACANT_POST, ON_ONE_BANK
from story.stage import Stage
from story.teller import Teller

WANG, CLERK, CLERK2 = "wang", "clerk_zhou", "clerk_wu"
OFFICE = (CLERK, CLERK2)


def play(stage: Stage) -> Teller:
    """Play it; the people and places are those of the demonstration district."""
    told = Teller(stage)
    told.greetings(
        *OFFICE, *AT_THE_BOUNDARY.first_people, *AT_THE_BOUNDARY.second_people, *ON_ONE_BANK.people
    )
    _boundary_return_transfer_question(told)
    _vacant_post(told)
    _withdrawn(told)
    _by_telephone(told)
    _photo_that_never_came(told)
    told.chapter("每个人收到的消息，一条不多，一条不少")
    told.everybody_was_told_exactly()
    assert "没有改动" in stage.flask("audit", "verify")
    stage.narrate("办理记录核对无误。")
    return told


def _boundary_return_transfer_question(told: Teller) -> None:
    place = AT_THE_BOUNDARY
    told.chapter("两镇交界处：请反映人选，镇里退回，河长办转派")
    told.photos(WANG, [picture(101)])
    answer = told.place(WANG, place, "两镇交界")
    assert "交界" in answer
    choices = answer.splitlines()[1:]
    wrong = next(line.split()[0] for line in choices if place.first_town in line)
    told.says(WANG, wrong)
    told.says(WANG, "河边堆了好多垃圾")
    told.says(WANG, "提交")
    for person in place.first_people:
        told.gets(person, "town_assigned")
    n = _first_number(told.says(place.first_people[0], "待办"))
    told.says(place.first_people[0], f"退回 {n} 该处属于{place.second_town}")
    for clerk in OFFICE:
        returned = told.gets(clerk, "office_returned")
        assert f"该处属于{place.second_town}" in returned
    told.gets(WANG, "reporter_returned")
    m = _first_number(told.says(CLERK2, "待办"))
    told.says(CLERK2, f"转派 {m} {place.second_town}")
    for person in place.second_people:
        told.gets(person, "town_assigned")
    told.gets(WANG, "reporter_transferred")

    told.chapter("镇里追问，反映人回答，互不知道是谁")
    chief = place.second_people[0]
    n = _first_number(told.says(chief, "待办"))
    told.says(chief, f"追问 {n} 垃圾在桥的哪一边？")
    told.gets(WANG, "reporter_question")
    told.says(WANG, "在桥的北边，靠近水闸")
    for person in place.second_people:
        answered = told.gets(person, "town_answer")
        assert "靠近水闸" in answered
        assert told.stage.person(WANG).name not in answered


def _vacant_post(told: Teller) -> None:
    told.chapter("镇级河长岗位空缺：直接到河长办")
    told.photos(WANG, [picture(111)])
    told.place(WANG, AT_THE_VACANT_POST, "河边")
    told.says(WANG, "水面上漂着好多垃圾")
    answer = told.says(WANG, "提交")
    assert "河长办" in answer
    for clerk in OFFICE:
        told.gets(clerk, "office_no_town")
    m = _first_number(told.says(CLERK, "待办"))
    told.says(CLERK, f"不属于 {m} 该处是小区景观水池，由物业管理")
    told.gets(WANG, "reporter_declined")


def _withdrawn(told: Teller) -> None:
    place = ON_ONE_BANK
    told.chapter("撤回")
    told.photos(WANG, [picture(121)])
    told.place(WANG, place, "岸边")
    told.says(WANG, "岸边栏杆坏了，护坡塌了一块")
    ticket = told.ticket(told.says(WANG, "提交"))
    for person in place.people:
        told.gets(person, "town_assigned")
    told.says(WANG, f"撤回 {ticket}")
    for person in place.people:
        told.gets(person, "town_withdrawn")


def _by_telephone(told: Teller) -> None:
    place = ON_ONE_BANK
    told.chapter("电话代报")
    told.says(CLERK, "代报")
    told.says(CLERK, "电话 13800000000")
    told.says(CLERK, "有人在河里下地笼捕鱼")
    told.place(CLERK, place, "来电人说在岸边")
    told.ticket(told.says(CLERK, "提交"))
    for person in place.people:
        told.gets(person, "town_assigned")
    chief = place.people[0]
    n = _first_number(told.says(chief, "待办"), -1)
    told.says(chief, f"受理 {n}")
    told.says(chief, f"办结 {n}")
    told.photos(chief, [picture(131)])
    told.says(chief, "提交")
    for clerk in OFFICE:
        proof = told.gets(clerk, "office_proof")
    m = re.findall(r"复核 (\d+) 通过", proof)[0]
    told.says(CLERK2, f"复核 {m} 通过")
    for person in place.people:
        told.gets(person, "town_closed")
    told.gets(CLERK, "office_call_back")


def _photo_that_never_came(told: Teller) -> None:
    place = ON_ONE_BANK
    told.chapter("一张没有收到的照片")
    fault = told.stage.platform.breaks("media_40007", times=1)
    told.photos(WANG, [picture(141)])
    told.place(WANG, place, "岸边")
    told.says(WANG, "河水又黑又臭")
    ticket = told.ticket(told.says(WANG, "提交"))
    for person in place.people:
        told.gets(person, "town_assigned")
    told.gets(WANG, "reporter_photo_missing")
    told.stage.platform.mends(fault)
    told.says(WANG, f"补充 {ticket}")
    told.photos(WANG, [picture(142)])
    told.says(WANG, "提交")
    for person in place.people:
        told.gets(person, "town_addition")
    assert "没有收到" in told.says(CLERK, "待办")


def _first_number(listed: str, which: int = 0) -> str:
    return str(re.findall(r"^(\d+) ", listed, re.MULTILINE)[which])
