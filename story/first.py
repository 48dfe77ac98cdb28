"""The first story: sewage at a bridge, two reporters, a proof sent back, an unsatisfied reporter, and the end."""

import re

from story.pictures import picture
from story.places import AT_THE_RIVER
from story.stage import Stage
from story.teller import Teller, messages

LI, VOLUNTEER, CHIEF, LIAISON, VILLAGE, CLERK, CLERK2 = (
    "li", "volunteer", "chief_tianmu", "liaison_tianmu", "village_tianmu", "clerk_zhou", "clerk_wu",
)  # fmt: skip
TOWN = (CHIEF, LIAISON, VILLAGE)
OFFICE = (CLERK, CLERK2)


def play(stage: Stage) -> Teller:
    """Play it, and check that every person received exactly what docs/messages.md promises."""
    told = Teller(stage)
    told.greetings(*TOWN, *OFFICE, VOLUNTEER)
    told.chapter("一位居民发现排污")
    assert all("照片" in reply for reply in told.photos(LI, [picture(1), picture(2), picture(3)]))
    told.place(LI, AT_THE_RIVER, "北运河桥下")
    summary = told.says(LI, "桥下有根管子往河里排污水，又黑又臭")
    assert "照片 3 张" in summary
    assert summary.endswith("回复“提交”")
    first = told.ticket(told.says(LI, "提交"))
    for person in TOWN:
        told.gets(person, "town_assigned")

    told.chapter("一位义务监督员在同一处也看到了")
    told.photos(VOLUNTEER, [picture(4)])
    told.place(VOLUNTEER, AT_THE_RIVER, "北运河桥下")
    told.says(VOLUNTEER, "有人往河里排污水")
    joined = told.says(VOLUNTEER, "提交")
    assert "已并入" in joined
    second = told.ticket(joined)
    assert first != second

    told.chapter("镇级河长受理、整改")
    todo = told.says(CHIEF, "待办")
    n = re.findall(r"^(\d+) ", todo, re.MULTILINE)[0]
    told.says(CHIEF, f"受理 {n}")
    _reporters(told, "reporter_accepted")
    _prove(told, n, 10, "已封堵排口")
    _to_verify(told)
    _reporters(told, "reporter_proved")

    told.chapter("河长办复核，先退回一次")
    m = _office_number(told)
    assert "不通过" in told.says(CLERK, f"复核 {m} 不通过 岸边还有污水积存")
    for person in TOWN:
        told.gets(person, "town_sent_back")
    _reporters(told, "reporter_sent_back")
    _prove(told, n, 20, "积水已抽干")
    _to_verify(told)
    _reporters(told, "reporter_proved")
    told.says(CLERK, f"复核 {m} 通过")
    second_clerk = told.says(CLERK2, f"复核 {_office_number(told, CLERK2)} 通过")
    assert "复核通过" in second_clerk
    assert "不能" in second_clerk
    _closed(told)

    told.chapter("居民不满意，重新办理")
    told.says(LI, "不满意")
    told.says(LI, "晚上又开始排了")
    for person in TOWN:
        assert "晚上又开始排了" in told.gets(person, "town_reopened")
    for clerk in OFFICE:
        told.gets(clerk, "office_dissatisfied")
    _reporters(told, "reporter_reopened")
    _prove(told, n, 30, "已切断管道，夜间复查没有排水")
    _to_verify(told)
    _reporters(told, "reporter_proved")
    told.says(CLERK2, f"复核 {_office_number(told, CLERK2)} 通过")
    _closed(told)
    assert "谢谢" in told.says(LI, "满意")
    assert "谢谢" in told.says(VOLUNTEER, "基本满意")
    assert "已办结" in told.says(LI, "进度")

    told.chapter("每个人收到的消息，一条不多，一条不少")
    told.everybody_was_told_exactly()
    assert "没有改动" in stage.flask("audit", "verify")
    stage.narrate("办理记录核对无误。")
    return told


def _reporters(told: Teller, sentence: str) -> None:
    for person in (LI, VOLUNTEER):
        told.gets(person, sentence)


def _prove(told: Teller, n: str, seed: int, words: str) -> None:
    told.says(CHIEF, f"办结 {n}")
    told.photos(CHIEF, [picture(seed), picture(seed + 1)])
    told.says(CHIEF, words)
    told.says(CHIEF, "提交")


def _to_verify(told: Teller) -> None:
    for clerk in OFFICE:
        told.gets(clerk, "office_proof")


def _closed(told: Teller) -> None:
    for person in TOWN:
        told.gets(person, "town_closed")
    _reporters(told, "reporter_closed")


def _office_number(told: Teller, clerk: str = CLERK) -> str:
    return str(re.findall(r"复核 (\d+) 通过", _last_proof(told, clerk))[-1])


def _last_proof(told: Teller, clerk: str) -> str:
    return [text for sentence, text in messages(told.stage.person(clerk)) if sentence == "case_proof"][-1]
