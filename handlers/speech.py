"""All conversations on one table: what is heard, in which order, and what opens by itself."""

from bot import menu
from bot.conversation import Begin, Dispatcher, Opener, Sentences
from bot.messages import (
    Follow,
    Link,
    Located,
    MassResult,
    Message,
    Photo,
    PhotoMenu,
    Place,
    PlaceMenu,
    PublishResult,
    Scan,
    SubscriptionAnswers,
    TemplateResult,
    Text,
    Unfollow,
    Unsupported,
    Video,
    Voice,
)
from handlers import (
    assessment,
    chief,
    extensions,
    gathering,
    help_orders,
    join,
    joint_actions,
    law_outcomes,
    office,
    orders,
    progress,
    ranking,
    report,
    talks,
    texts,
    usages,
    whistles,
)
from models.case import Case
from models.report import Report
from rules.lifecycle import State
from services import delivery, people, reports
from services.desk import Work
from services.people import Who
from services.reports import Sent
from services.standing import Standing

MEDIA = (Photo, Voice, Video)


def dispatcher() -> Dispatcher:
    """The dispatcher of the official account."""
    flows = (report.flow, progress.addition, progress.dissatisfaction, chief.proof, chief.whose_photo,
             orders.answering, talks.minutes, joint_actions.recording, assessment.appealing)  # fmt: skip
    commands = (
        join.commands,
        office.commands,
        orders.commands,
        help_orders.commands,
        talks.commands,
        whistles.commands,
        joint_actions.commands,
        law_outcomes.commands,
        assessment.commands,
        ranking.commands,
        extensions.commands,
        chief.commands,
        progress.commands,
        report.commands,
        usages.commands,
    )
    return Dispatcher(
        flows={flow.name: flow for flow in flows},
        commands=[row for table in commands for row in table.rows],
        openers=[
            Opener(MEDIA, is_late, take_late),
            Opener(
                MEDIA,
                chief.asks_whose_photo,
                lambda work, message, _: Begin("whose_photo", gathering.as_entry(message.said)),
            ),
            Opener(
                (*MEDIA, Place, Scan),
                lambda work, who, stands: True,
                lambda work, message, _: report.begin_with(work, message.said),
            ),
        ],
        events={
            Follow: join.welcome,
            Unfollow: unfollow,
            TemplateResult: template_result,
            SubscriptionAnswers: nothing,
            PublishResult: ranking.published,
            MassResult: ranking.sent_to_all,
            PhotoMenu: nothing,
            PlaceMenu: nothing,
            Located: nothing,
            Link: lambda work, message: texts.UNSUPPORTED,
            Unsupported: lambda work, message: texts.UNSUPPORTED,
        },
        clicks={
            menu.REPORT: "我要举报",
            menu.PROGRESS: "进度",
            menu.HELP: "帮助",
            menu.TODO: "待办",
            menu.JOIN: "绑定",
            menu.SUMMARY: "汇总",
            menu.RANKING: "排名",
        },
        unknown=unknown,
        sentences=Sentences(
            cancelled=texts.CANCELLED,
            nothing_to_cancel=texts.NOTHING_TO_CANCEL,
            finish_first=texts.FINISH_FIRST,
            not_as_command=texts.NOT_AS_COMMAND,
            expired=texts.EXPIRED,
            more=texts.MORE,
            no_more=texts.NO_MORE,
            first_use=texts.FIRST_USE,
            not_for_you=lambda who: texts.NOT_YOUR_OFFICE if who.person else texts.NOT_FOR_YOU,
        ),
    )


def unknown(work: Work, message: Message) -> str | Begin:
    """Words outside any conversation: an answer that was asked for, or the beginning of a report, or help."""
    if not isinstance(message.said, Text):
        return texts.UNSUPPORTED
    text = message.said.text.strip()
    bare = text.rstrip(" 。！!.～~")
    if bare in ("提交", "确认"):
        return progress.already_submitted(work)
    answered = progress.answer_to_question(work, text)
    if answered is not None:
        return answered
    if bare in gathering.SUBMIT:
        return progress.already_submitted(work)
    if bare in progress.COURTESIES:
        return texts.YOU_ARE_WELCOME
    begun = report.begin_with_words(work, text)
    if begun is not None:
        return begun
    return f"{texts.DANGER}\n{texts.UNKNOWN}" if report.is_danger(work, text) else texts.UNKNOWN


def nothing(work: Work, message: Message) -> str:
    """Noted by the platform, nothing to say."""
    return ""


def unfollow(work: Work, message: Message) -> str:
    """Erase what we keep of this person."""
    if work.who is not None:
        people.unfollow(work, work.who)
    return ""


def template_result(work: Work, message: Message) -> str:
    """The platform's later word on a template message."""
    if isinstance(message.said, TemplateResult):
        delivery.delivery_report(work, message.said.msgid, message.said.status)
    return ""


def is_late(work: Work, who: Who, stands: Standing) -> bool:
    """Whether something was just handed in that a late photo may belong to."""
    return "sent_at" in stands.ended


def take_late(work: Work, message: Message, stands: Standing) -> str | Begin:
    """A photo sent before the submission but delivered after it belongs to what was handed in."""
    ended = stands.ended
    if message.sent_at.timestamp() >= ended.get("sent_at", 0):
        stands.ended = {}
        who = work.who
        if who and chief.asks_whose_photo(work, who, stands):
            return Begin("whose_photo", gathering.as_entry(message.said))
        return report.begin_with(work, message.said)
    draft = gathering.as_entry(message.said)
    (sent,) = gathering.sent_in(draft)
    return _attach(work, ended, sent)


def _attach(work: Work, ended: dict[str, int], sent: Sent) -> str:
    if "report" in ended:
        reports.expect(work, sent, report_id=work.session.get_one(Report, ended["report"]).id)
        return texts.LATE_PHOTO
    case = work.session.get_one(Case, ended["case"])
    if case.state is State.PROVING and case.proof_round == ended["round"]:
        reports.expect(work, sent, case_id=case.id, proof_round=ended["round"])
        return texts.LATE_PROOF
    return texts.PROOF_TOO_LATE
