"""The month judged, by chat: own points with their reasons, appeals with photos, and the second person's approval."""

import re
import unicodedata
from decimal import Decimal

from sqlalchemy import Select, select

from bot.conversation import Again, Begin, Commands, Done, Draft, Flow, Outcome
from bot.messages import Photo, Text, Video, Voice
from handlers import assessment_words, gathering, texts
from handlers.gathering import SUBMIT, counted
from handlers.orders import office
from models.assessment import Appeal, AssessmentState, MonthlyAssessment
from models.evidence import shown_to
from models.registry import Town
from rules.deadlines import Deadline, in_words
from rules.months import Month
from rules.refusal import Refusal
from rules.roles import Role
from services import appeals, approvals, assessments, reports
from services.assessment_rows import table_of
from services.desk import Work
from services.people import Who

commands = Commands()
appealing = Flow("appeal", "申诉", holds=lambda draft: bool(draft.get("sent") or draft.get("words")))
MONTH = r"(?P<month>\d{4}\s*[-－—–年/.]\s*\d{1,2}\s*月?|\d{1,2}\s*月|上月|上个月)"
"""2026-10, 2026年10月, 10月, 上月."""
POINTS = rf"(?:得分|考核得分|考核|我的得分)(?:\s*{MONTH})?"
GAP = r"[\s，,：:]+"
ROW = r"(?P<row>(?:案件)?[〔(（]?\d{4}[-－—–]\d{1,8}[〕)）]?号?)"
"""The case an appeal is about: it begins the reason."""


def leads(who: Who) -> bool:
    """Town chief or liaison: whoever is told a town's points."""
    return who.holds(Role.TOWN_CHIEF, Role.TOWN_LIAISON)


def sees_points(who: Who) -> bool:
    return leads(who) or who.is_office


def month_said(work: Work, text: str) -> Month:
    """The month in the words; without a year the last one so called that is over, or runs."""
    now = Month.of(work.today)
    if text.startswith("上"):
        return now.previous
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if len(numbers) == 2:
        return Month.parse(f"{numbers[0]:04d}-{numbers[1]:02d}")
    found = Month.parse(f"{now.year:04d}-{numbers[0]:02d}")
    return found if found <= now else Month(found.year - 1, found.month)


def newest(work: Work, month: Month | None = None, *, told: bool) -> MonthlyAssessment:
    """What there is of this month, else of the last one; `told`: that the towns know of (a correction that is still
    being prepared they do not)."""
    found = by_month(told).where(MonthlyAssessment.state != AssessmentState.DROPPED)
    if month is not None:
        found = found.where(MonthlyAssessment.month == str(month))
    row = work.session.scalar(found.limit(1))
    if row is None:
        raise Refusal(texts.NO_SUCH_MONTH.format(month=month.name) if month else texts.NO_MONTH_YET)
    return row


def by_month(told: bool) -> Select[MonthlyAssessment]:
    """The newest month first, and its newest revision."""
    found = select(MonthlyAssessment).order_by(
        MonthlyAssessment.month.desc(), MonthlyAssessment.revision.desc()
    )
    return found.where(MonthlyAssessment.told_at.is_not(None)) if told else found


def objected_to(work: Work, text: str | None) -> MonthlyAssessment:
    """The month a town objects to: the one it names, else the last one it may object to now, else the last."""
    if text:
        return newest(work, month_said(work, text), told=True)
    may = by_month(told=True).where(
        MonthlyAssessment.state == AssessmentState.DRAFT, MonthlyAssessment.appeal_until > work.now
    )
    return work.session.scalar(may.limit(1)) or newest(work, told=True)


def own_town(work: Work) -> Town:
    town = appeals.own_town(work)
    if town is None:
        raise Refusal(texts.NOT_YOUR_OFFICE)
    return town


@commands.say(POINTS, sees_points, interrupts=False, refuses=False)
def points(work: Work, said: re.Match[str]) -> str:
    """A town's own points with every reason; to the Office all totals."""
    is_office = bool(work.who and work.who.is_office)
    month = month_said(work, said["month"]) if said["month"] else None
    row = newest(work, month, told=not is_office)
    table = table_of(work, row)
    if is_office:
        return assessment_words.whole(table, standing_of(work, row))
    line = appeals.line_of(work, row, own_town(work))
    if line is None:
        return texts.NOT_IN_THE_MONTH.format(month=table.month.name, town=own_town(work).name)
    return assessment_words.own(table, line, standing_of(work, row))


def standing_of(work: Work, row: MonthlyAssessment) -> str:
    """How far the month has come, in words."""
    if row.state is not AssessmentState.DRAFT:
        return texts.MONTH_FROZEN
    if row.appeal_until is None:
        return texts.MONTH_UNTOLD
    if work.now >= row.appeal_until:
        return texts.MONTH_WAITS
    return texts.MONTH_OPEN.format(
        until=in_words(Deadline(row.appeal_until, provisional=False), now=work.now)
    )


@commands.say(
    rf"申诉\s*(?P<n>\d{{1,6}})\s*号?{GAP}(?P<verdict>不成立|成立)"
    rf"(?:{GAP}(?P<points>\d{{1,4}}(?:\.\d{{1,4}})?)\s*分)?(?:{GAP}(?P<reason>.*))?",
    office,
    interrupts=False,
    refuses=False,
)
def decide(work: Work, said: re.Match[str]) -> str:
    """The Office answers an appeal: 申诉 3 成立 2 分 理由, 申诉 3 不成立 理由."""
    found = appeals.numbered(work, int(said["n"]))
    points = Decimal(unicodedata.normalize("NFKC", said["points"])) if said["points"] else None
    made = appeals.decide(work, found, said["verdict"] == "成立", (said["reason"] or "").strip(), points)
    if made.returned is None:
        return texts.APPEAL_REFUSED.format(appeal=made.id, town=made.town.name)
    return texts.APPEAL_GRANTED.format(appeal=made.id, town=made.town.name, points=f"{made.returned:.2f}")


@commands.say(r"申诉|申诉列表|看申诉", office, interrupts=False, refuses=False)
def open_appeals(work: Work, said: re.Match[str]) -> str:
    """To the Office what waits for its answer, of a month and of the correction of another."""
    drafts = work.session.scalars(by_month(told=True).where(MonthlyAssessment.state == AssessmentState.DRAFT))
    found = [(row, one) for row in drafts for one in approvals.open_appeals(work, row)]
    if not found:
        return texts.NO_APPEALS.format(month=Month.parse(newest(work, told=False).month).name)
    lines, waiting = [_appeal_line(work, row, one) for row, one in found], [one for _, one in found]
    with_photos = dict.fromkeys(
        row.month for row, one in found if work.session.scalars(shown_to(one.id)).all()
    )
    where = [texts.APPEAL_PHOTOS.format(month=month) for month in with_photos]
    return "\n".join([*lines, *where, texts.APPEAL_DECIDE_HOW.format(appeal=waiting[0].id)])


def _appeal_line(work: Work, row: MonthlyAssessment, one: Appeal) -> str:
    line = appeals.line_of(work, row, one.town)
    name = next((item.name for item in line.items if item.key == one.item), one.item) if line else one.item
    photos = len(work.session.scalars(shown_to(one.id)).all())
    return texts.APPEAL_LINE.format(
        appeal=one.id, town=one.town.name, item=name, photos=photos, reason=gathering.shortened(one.reason, 120),
        row=f"（{one.key.partition(':')[2]}）" if one.key else "",
    )  # fmt: skip


@commands.say(
    rf"申诉(?:{GAP}{MONTH})?{GAP}(?P<item>[^\s，,：:]+)(?:{GAP}(?P<reason>.*))?",
    leads,
    interrupts=False,
    refuses=False,
)
def appeal(work: Work, said: re.Match[str]) -> Begin:
    """Begins the appeal; photos and more words follow, 提交 hands it in."""
    row, town = objected_to(work, said["month"]), own_town(work)
    line = appeals.check_open(work, row, town)
    item = appeals.item_called(line, said["item"])
    reason = (said["reason"] or "").strip()
    about = re.match(ROW, reason)
    draft: Draft = {"assessment": row.id, "item": item.key, "name": item.name}
    key = "".join(re.findall(r"[\d-]", re.sub("[－—–]", "-", about["row"]))) if about else ""
    row_key = next((loss.key for loss in item.losses if key and loss.key.endswith(f":{key}")), "")
    if row_key:
        draft["row"] = key
    appeals.check_item(work, row, town, item, row_key)
    return Begin("appeal", draft | ({"words": reason} if reason else {}))


@commands.say(r"申诉", leads, interrupts=False, refuses=False)
def how_to_appeal(work: Work, said: re.Match[str]) -> str:
    row = objected_to(work, None)
    line = appeals.check_open(work, row, own_town(work))
    names = "、".join(item.name for item in line.items if any(loss.points > 0 for loss in item.losses))
    return texts.APPEAL_HOW.format(items=names or texts.SCORE_NOTHING_LOST)


@appealing.step("gather", wants=(Photo, Voice, Video, Text), ask=lambda work, draft: so_far(draft))
def gather(work: Work, said: Photo | Voice | Video | Text, draft: Draft) -> Outcome:
    if not isinstance(said, Text):
        if gathering.is_one_too_many(work, said, draft):
            return Again(gathering.too_many(work))
        gathering.add_medium(draft, said)
        return Again(so_far(draft))
    asked = re.fullmatch(POINTS, said.text.strip())
    if asked:  # whoever writes an appeal looks the points up meanwhile: no part of the reason
        return Again(f"{points(work, asked)}\n\n{so_far(draft)}")
    if said.text.strip() not in SUBMIT:
        gathering.add_words(draft, said.text)
        return Again(so_far(draft))
    if not draft.get("words"):
        return Again(texts.APPEAL_NEEDS_WORDS)
    row = work.session.get_one(MonthlyAssessment, draft["assessment"])
    made = appeals.file(work, row, own_town(work), draft["item"], draft["words"], draft.get("row", ""))
    for sent in gathering.sent_in(draft):
        reports.expect(work, sent, appeal_id=made.id)
    return Done(texts.APPEALED.format(appeal=made.id, item=draft["name"]))


def so_far(draft: Draft) -> str:
    """What was collected, and how it is handed in."""
    have = counted(draft)
    if not have:
        return texts.ASK_APPEAL.format(item=draft["name"])
    return texts.APPEAL_SO_FAR.format(item=draft["name"], have=have)


@commands.say(rf"批准\s*(?:考核\s*)?{MONTH}(?:考核)?", office, interrupts=False)
def approve(work: Work, said: re.Match[str]) -> str:
    """The second person of the Office approves: the month is frozen."""
    row = assessments.called(work, month_said(work, said["month"]))
    assessments.approve(work, row)
    return texts.MONTH_APPROVED.format(month=Month.parse(row.month).name, digest=row.digest[:12])
