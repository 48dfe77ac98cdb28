"""The generator's own messages and the product's door understand each other, though neither knows the other."""

from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qsl, urlsplit

import pytest

from bench import pushes
from bench.pushes import Account, request_of
from bench.talk import REPORTS, STEP, TICKET, Mix, Person
from bot.cipher import Door
from bot.messages import Photo, Place, Text, parse
from bot.replies import text_reply

ACCOUNT = Account("wx5d00000000000d31", "heshaodemo", "DemonstrationKeyOfFortyThreeCharacters01234")
DOOR = Door(ACCOUNT.token, ACCOUNT.app_id, ACCOUNT.aes_key)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def taken_apart(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    line = head.split(b"\r\n")[0].decode()
    assert f"Content-Length: {len(body)}".encode() in head
    return dict(parse_qsl(urlsplit(line.split(" ")[1]).query)), body


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (pushes.text("河边有垃圾"), Text("河边有垃圾")),
        (pushes.photo("media-1"), Photo("media-1", "http://mmbiz.qpic.cn/mmbiz_jpg/media-1/0")),
        (pushes.place(39.2, 117.1), Place(39.2, 117.1, "河边")),
    ],
)
def test_the_door_opens_what_the_generator_sends_and_the_generator_what_is_answered(
    fields: str, said: object
) -> None:
    query, body = taken_apart(request_of(ACCOUNT, "bench", "openid-1", fields, 7, int(NOW.timestamp())))
    opened = DOOR.open(query, body, NOW)
    message = parse(opened.plaintext)
    assert (message.openid, message.said, opened.safe) == ("openid-1", said, True)
    sealed = DOOR.seal(text_reply(message, "收到", NOW), opened, NOW, Random(1))
    assert "<![CDATA[收到]]>" in ACCOUNT.opened_answer(sealed)


def test_an_answer_changed_on_its_way_is_noticed() -> None:
    sealed = ACCOUNT.sealed_answer("<xml/>", "1", "2")
    assert ACCOUNT.opened_answer(sealed) == "<xml/>"
    with pytest.raises(ValueError, match="no signed answer"):
        ACCOUNT.opened_answer(sealed.replace(b"<TimeStamp>1", b"<TimeStamp>3"))
    with pytest.raises(ValueError, match="no signed answer"):
        ACCOUNT.opened_answer(b"success")


def test_a_round_of_reports_ends_in_a_ticket_and_begins_anew() -> None:
    mix, person = Mix("reports", ["一", "二"], [(39.2, 117.1)]), Person("openid-1")
    lines = [mix.next_line(person, number) for number in range(10)]
    assert [line.answer == TICKET for line in lines] == [False, False, False, False, True] * 2
    assert lines[3].answer == "类别：二"
    assert len({line.fields for line in lines}) == 8  # but for the places and 提交
    assert "five messages" in REPORTS


def test_the_shares_of_a_step_are_as_the_report_says() -> None:
    mix, person = Mix("step", ["一"], [(39.2, 117.1)]), Person("openid-1")
    kinds = [mix.next_line(person, n).fields for n in range(mix.length)]
    shares = {kind: sum(f"[{kind}]" in fields for fields in kinds) for kind in ("image", "location", "text")}
    assert shares == {"image": 5, "location": 2, "text": 3}
    assert STEP.endswith("photo 50 %, place 20 %, words 20 %, 取消 10 %")
