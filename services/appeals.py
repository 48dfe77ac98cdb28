"""Appeals (申诉): a town objects to an item of its draft, in its days; the Office decides, with a reason."""

from decimal import Decimal

from sqlalchemy import select

from models.assessment import (
    Appeal,
    AppealState,
    AssessmentState,
    MonthlyAssessment,
    appeals_of,
)
from models.registry import Town
from rules.assessment_rulebook import AssessmentRulebook, Composition
from rules.deadlines import Deadline, in_words
from rules.months import Month
from rules.refusal import Refusal
from rules.roles import Role
from services import approvals, assessment_books, assessment_notices, assessments
from services.assessment_rows import POINT, table_of
from services.desk import Work
from services.ladder import office_only
from services.month_table import ItemLine, TownLine

LEADERS = (Role.TOWN_CHIEF, Role.TOWN_LIAISON)


def file(
    work: Work, assessment: MonthlyAssessment, town: Town, item: str, reason: str, key: str = ""
) -> Appeal:
    """A town objects to one of its items, or to one row that cost it points there; whoever leads it, or the Office
    for a town that objected on paper."""
    _refuse_strangers(work, town)
    approvals.hold(work, assessment)
    line = check_open(work, assessment, town)
    about = item_called(line, item)
    row = _row_called(about, key) if key.strip() else ""
    check_item(work, assessment, town, about, row)
    if not reason.strip():
        raise Refusal(f"请写明申诉的理由，例如：申诉 {about.name} 该案件已按期整改，系统登记有误")
    person = work.who.person if work.who else None
    made = Appeal(
        assessment_id=assessment.id, town_id=town.id, town=town, item=about.key, key=row, reason=reason.strip(),
        appealed_by=person.name if person else "河长办代录", appealed_by_id=person.id if person else None,
        appealed_at=work.now, state=AppealState.OPEN, decision="", decided_by="",
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    assessment_notices.tell_appealed(work, assessment, made, about.name)
    return made


def check_open(work: Work, assessment: MonthlyAssessment, town: Town) -> TownLine:
    """The town's line, if it may object now; else a Refusal: before somebody collects photos in vain."""
    name = Month.parse(assessment.month).name
    if assessment.state is AssessmentState.DROPPED:
        raise Refusal(f"{name}考核的这次更正已经撤销，原来批准的结果不变，不用申诉。")
    if assessment.state is not AssessmentState.DRAFT:
        raise Refusal(f"{name}的考核已经批准冻结，不能再申诉；确有错误请联系河长办更正。")
    if assessment.told_at is None or assessment.appeal_until is None:
        raise Refusal(f"{name}的考核还没有告知镇街，告知以后才能申诉。")
    if work.now >= assessment.appeal_until:
        until = in_words(Deadline(assessment.appeal_until, provisional=False), now=work.now)
        raise Refusal(f"{name}的申诉应在{until}提出，已经过了；确有错误请联系河长办。")
    line = line_of(work, assessment, town)
    if line is None:
        raise Refusal(f"{name}的考核没有{town.name}，不能申诉。")
    return line


def check_item(work: Work, assessment: MonthlyAssessment, town: Town, item: ItemLine, row: str = "") -> None:
    """Whether the item may be objected to, in the row of this key or whole; else a Refusal: likewise before somebody
    collects photos in vain."""
    _refuse_without_loss(assessment, item)
    rival = appeals_of(assessment.id).where(
        Appeal.town_id == town.id,
        Appeal.item == item.key,
        Appeal.key == row,
        Appeal.state == AppealState.OPEN,
    )
    before = work.session.scalar(rival.limit(1))
    if before is not None:
        raise Refusal(f"贵单位对“{item.name}”的申诉（{before.id}号）还在审理，请等河长办答复。")


def line_of(work: Work, assessment: MonthlyAssessment, town: Town) -> TownLine | None:
    """The town's line in this assessment."""
    lines = table_of(work, assessment).lines
    return next((line for line in lines if line.code == town.code), None)


def _refuse_strangers(work: Work, town: Town) -> None:
    who = work.who
    if who is None or who.is_office:
        return
    if not _leads(work, town.id):
        raise Refusal("只能对本镇街的考核结果申诉，由镇级河湖长或联络员提出。")


def _leads(work: Work, town_id: int) -> bool:
    """Whether whoever speaks is chief or liaison of this town."""
    held = work.who.appointments if work.who else ()
    return any(one.role in LEADERS and one.town_id == town_id for one in held)


def _refuse_without_loss(assessment: MonthlyAssessment, item: ItemLine) -> None:
    """Where points are added, an appeal asks for points back. Raises Refusal where none were lost."""
    by_places = assessment_books.kept(assessment).composition is Composition.PLACES
    if by_places or sum((loss.points for loss in item.losses), Decimal(0)) > 0:
        return
    why = f"本月不计分（{item.suspended}）" if item.points is None else "没有扣分"
    raise Refusal(f"“{item.name}”{why}，没有可以返还的分数，不用申诉。")


def own_town(work: Work) -> Town | None:
    """The town whose chief or liaison is speaking."""
    for held in work.who.appointments if work.who else ():
        if held.role in LEADERS and held.town_id is not None:
            return work.session.get_one(Town, held.town_id)
    return None


def item_called(line: TownLine, said: str) -> ItemLine:
    """The item somebody means, by its key or its name, or a part of the name that no other has. Raises Refusal."""
    wanted = said.strip()
    exact = [item for item in line.items if wanted in (item.key, item.name)]
    part = [item for item in line.items if wanted and wanted in item.name]
    for found in (exact, part):
        if len(found) == 1:
            return found[0]
    names = "、".join(item.name for item in part or line.items)
    raise Refusal(f"没有认出考核项目“{wanted}”，请写全名。可选：{names}。")


def _row_called(item: ItemLine, said: str) -> str:
    """The row that cost points, by its key or the number in it. Raises Refusal."""
    wanted = said.strip()
    found = [loss.key for loss in item.losses if wanted in (loss.key, loss.key.partition(":")[2])]
    if not found:
        listed = (
            "、".join(loss.key.partition(":")[2] for loss in item.losses if loss.points > 0) or "没有扣分"
        )
        raise Refusal(f"“{item.name}”里没有因“{wanted}”扣分。扣分的有：{listed}。")
    return found[0]


def decide(work: Work, appeal: Appeal, granted: bool, reason: str, points: Decimal | None = None) -> Appeal:
    """The Office answers an appeal: points given back (default: all that was lost by what it is about), or refused;
    the draft is counted anew with them at once, and the town is told."""
    office_only(work)
    person = work.who.person if work.who else None
    if person is None:
        raise Refusal("答复申诉要写明是谁：请加 --as 姓名。")
    assessment = work.session.get_one(MonthlyAssessment, appeal.assessment_id)
    approvals.hold(work, assessment)
    work.session.refresh(appeal)
    if appeal.state is not AppealState.OPEN:
        raise Refusal(f"{appeal.id}号申诉已由{appeal.decided_by}答复：{appeal.decision}。")
    if _leads(work, appeal.town_id):
        raise Refusal(
            f"您是{appeal.town.name}的河湖长或联络员，不能答复本镇街的申诉，请由河长办其他同志答复。"
        )
    if not reason.strip():
        raise Refusal("请写明答复的理由，会原样告知镇街；申诉成立的随结果公开，请不要写姓名和电话。")
    if assessment.state is not AssessmentState.DRAFT:
        how = "这次更正已经撤销" if assessment.state is AssessmentState.DROPPED else "已经批准冻结"
        raise Refusal(f"{Month.parse(assessment.month).name}的考核{how}，不能再答复申诉。")
    approvals.refuse_stale(work, assessment)
    item = _item(work, assessment, appeal)
    book = assessment_books.kept(assessment)
    appeal.returned = _returned(book, item, appeal, points).quantize(POINT) if granted else None
    appeal.state = AppealState.GRANTED if granted else AppealState.REFUSED
    appeal.decision, appeal.decided_at = reason.strip(), work.now
    appeal.decided_by, appeal.decided_by_id = person.name, person.id
    work.session.flush()
    if granted:
        assessments.rejudge(work, assessment, book)
    line = line_of(work, assessment, appeal.town)
    assessment_notices.tell_decided(work, assessment, appeal, item.name, line)
    return appeal


def _item(work: Work, assessment: MonthlyAssessment, appeal: Appeal) -> ItemLine:
    line = line_of(work, assessment, appeal.town)
    found = next((item for item in line.items if item.key == appeal.item), None) if line else None
    if found is None:
        raise Refusal(f"{appeal.id}号申诉的项目已不在考核办法里，只能不予支持。")
    return found


def _returned(book: AssessmentRulebook, item: ItemLine, appeal: Appeal, points: Decimal | None) -> Decimal:
    """Points to give back: what was asked, or all that was lost by what the appeal is about. Raises Refusal."""
    if book.composition is Composition.PLACES:
        raise Refusal("按名次相加的考核没有可返还的分数。请更正指标表、重新起草，再答复申诉。")
    lost = sum((loss.points for loss in item.losses), Decimal(0))
    about = [loss.points for loss in item.losses if appeal.key and loss.key == appeal.key]
    wanted = points if points is not None else min(lost, sum(about, Decimal(0)) if about else lost)
    if wanted <= 0 or wanted > lost:
        raise Refusal(f"返还的分数应大于 0，不超过“{item.name}”现在扣的 {lost:f} 分。")
    if wanted != round(wanted, book.decimals):
        raise Refusal(f"返还的分数最多写 {book.decimals} 位小数。")
    return wanted


def numbered(work: Work, number: int) -> Appeal:
    """The appeal of this number. Raises Refusal."""
    found = work.session.scalar(select(Appeal).where(Appeal.id == number))
    if found is None:
        raise Refusal(f"没有 {number} 号申诉。用 flask assessment appeals 月份 查看。")
    return found
