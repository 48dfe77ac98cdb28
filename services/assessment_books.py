"""The rulebooks of the assessment (考核办法): files of a folder, one for each version; a month keeps its text."""

from functools import lru_cache
from pathlib import Path

from sqlalchemy import select

from models.assessment import AssessmentState, MonthlyAssessment
from rules import rulebook_text
from rules.assessment_rulebook import AssessmentRulebook, in_force
from rules.months import Month
from rules.refusal import Refusal
from services.desk import Work


@lru_cache(maxsize=64)
def read(text: str, where: str) -> AssessmentRulebook:
    """The rulebook this text says; read once. Raises Refusal."""
    return rulebook_text.read(text, where)


def read_file(path: Path) -> AssessmentRulebook:
    """The rulebook of a file. Raises Refusal, with every fault."""
    try:
        return read(path.read_text("utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise Refusal(f"考核办法 {path.name} 不是 UTF-8 编码的文字，请另存为 UTF-8。") from error


def for_month(work: Work, month: Month) -> AssessmentRulebook:
    """The rulebook of the folder in force in a month. Raises Refusal, also where it was changed while in force."""
    folder = Path(work.rulebook.assessment.rulebooks)
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise Refusal(
            f"考核办法文件夹 {folder} 里没有 .toml 文件，请放一份考核办法（程序自带的在 data/assessment）。"
        )
    book = in_force([read_file(path) for path in files], month)
    _refuse_if_changed(work, book)
    _refuse_if_backdated(work, book, month)
    return book


def kept(assessment: MonthlyAssessment) -> AssessmentRulebook:
    """The rulebook a month was judged by, from the text it keeps."""
    return read(assessment.rulebook_text, f"{assessment.month} 存档")


def _refuse_if_changed(work: Work, book: AssessmentRulebook) -> None:
    """A version by which towns were told their points says the same for ever: another rule is another version."""
    used = select(MonthlyAssessment).where(
        MonthlyAssessment.rulebook == book.version,
        (MonthlyAssessment.state != AssessmentState.DRAFT) | MonthlyAssessment.told_at.is_not(None),
    )
    for row in work.session.scalars(used.order_by(MonthlyAssessment.id)):
        if row.rulebook_text != book.text and kept(row) != book:
            raise Refusal(
                f"{book.version}的内容与{Month.parse(row.month).name}考核时用的不同。考核办法施行后不能改动："
                "请恢复原文；要改办法，请另放一个文件，写明从以后哪个月起施行。"
            )


def _refuse_if_backdated(work: Work, book: AssessmentRulebook, month: Month) -> None:
    """A rulebook begins in a month that was not judged by another: the old one under a new name is no new one."""
    judged = select(MonthlyAssessment).where(
        MonthlyAssessment.month >= str(book.in_force_from), MonthlyAssessment.month < str(month),
        MonthlyAssessment.rulebook != book.version,
        MonthlyAssessment.state.in_([AssessmentState.FROZEN, AssessmentState.SUPERSEDED]),
    )  # fmt: skip
    row = work.session.scalar(judged.order_by(MonthlyAssessment.month.desc()).limit(1))
    if row is not None:
        last = Month.parse(row.month)
        raise Refusal(
            f"{book.version}写明的施行月份里，{last.name}已经按{row.rulebook}考核并批准。"
            f"请把新办法另放一个文件，in_force_from 写 {last.next} 或以后，并保留原来的文件。"
        )
