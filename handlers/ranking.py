"""The ranking by chat: the picture and the own town (排名), to be told each month (订阅排名), and the platform's
verdict on what was published."""

import re

from bot import replies
from bot.conversation import Commands
from bot.messages import MassResult, Message, PublishResult
from bot.verdicts import in_words
from handlers import texts
from handlers.assessment import MONTH, month_said
from models import publication
from models.assessment import MonthlyAssessment, frozen_of
from models.publication import Publication, PublicationState
from rules.months import Month
from rules.privacy import without_telephone
from rules.publishing import became_of, became_of_mass
from services import publication_verdicts, ranking_news
from services.assessment_rows import table_of
from services.desk import Work
from services.month_table import MonthTable, TownLine, for_everybody
from services.published_months import withdrawn_because

commands = Commands()


@commands.say(rf"(?:看|查|考核)?排名(?:\s*{MONTH})?|{MONTH.replace('month', 'before')}(?:的)?(?:考核)?排名")
def show(work: Work, said: re.Match[str]) -> str:
    """The picture; whoever has a town is told its place besides. Nothing here waits for the network."""
    words = said["month"] or said["before"]
    month = month_said(work, words) if words else None
    row = work.session.scalar(
        (publication.published_of(str(month)) if month else publication.published()).limit(1)
    )
    if row is None:
        return _not_yet(work, month)
    stands = work.session.scalar(frozen_of(row.assessment.month)) or row.assessment
    corrected = stands is not row.assessment and not withdrawn_because(work, stands)
    if row.state is PublicationState.WITHDRAWN and not corrected:
        name = Month.parse(row.assessment.month).name
        reason = without_telephone(row.withdrawn_because)
        return texts.RANKING_WITHDRAWN.format(month=name, reason=reason)
    return _shown(work, row, stands)


def _not_yet(work: Work, month: Month | None) -> str:
    newest = work.session.scalar(publication.published().limit(1))
    if month is None or newest is None:
        return texts.RANKING_NONE
    return texts.RANKING_NOT_YET.format(month=month.name, newest=Month.parse(newest.assessment.month).name)


def _shown(work: Work, row: Publication, stands: MonthlyAssessment) -> str:
    table = for_everybody(table_of(work, stands))
    lines = [line for line in table.lines if line.code in own_towns(work)]
    words = in_full(work, table, lines)
    if stands is not row.assessment:  # corrected, its own picture still on the way: the page has it
        url = ranking_news.page_url(work, table.month)
        because = texts.RANKING_CORRECTED.format(reason=table.corrected_because)
        return replies.card(table.heading, f"{because}{' '.join(map(_own, lines))}", "", url, words)
    if row.chat_media_id and row.chat_media_until is not None and row.chat_media_until > work.now:
        for line in lines:  # a picture is all that one reply can show: the own place follows as a message
            ranking_news.tell_own_place(work, row, table, line)
        return replies.picture(row.chat_media_id, words)
    own = " ".join(_own(line) for line in lines) or texts.RANKING_SUBSCRIBE
    url = ranking_news.page_url(work, table.month)
    return replies.card(table.heading, own, row.picture_url, url, words)


def own_towns(work: Work) -> set[str]:
    """The codes of the towns in which the speaker holds an office today."""
    held = work.who.appointments if work.who else ()
    towns = {a.town.code for a in held if a.town}
    return towns | {reach.town.code for a in held for reach in a.reaches if a.town_id is None}


def in_full(work: Work, table: MonthTable, own: list[TownLine]) -> str:
    """The whole ranking in words, for whom no picture can be shown."""
    see = texts.RANKING_SEE.format(link=ranking_news.page_url(work, table.month))
    lines = [table.heading, *(_own(line) for line in own), see]  # a long list may be cut: the page is not
    group = ""
    for line in table.lines:
        if line.group != group:
            group = line.group
            lines.append(f"{group}：")
        lines.append(_line(line))
    return "\n".join(lines)


def _own(line: TownLine) -> str:
    return texts.RANKING_OWN.format_map(ranking_news.own(line))


def _line(line: TownLine) -> str:
    if line.place is None:
        return texts.RANKING_UNRANKED.format(town=line.name, reason=line.unranked)
    score = f" {line.score}" if line.score is not None else ""
    return texts.RANKING_LINE.format(place=line.place, town=line.name, score=score)


@commands.say(r"订阅(?:考核)?排名")
def subscribe(work: Work, said: re.Match[str]) -> str:
    new = work.who is not None and ranking_news.subscribe(work, work.who.follower)
    return texts.SUBSCRIBED if new else texts.SUBSCRIBED_ALREADY


@commands.say(r"(?:退订|取消订阅)(?:(?:考核)?排名)?")
def unsubscribe(work: Work, said: re.Match[str]) -> str:
    gone = work.who is not None and ranking_news.unsubscribe(work, work.who.follower)
    return texts.UNSUBSCRIBED if gone else texts.NOT_SUBSCRIBED


def published(work: Work, message: Message) -> str:
    """The platform's verdict on a publication."""
    said = message.said
    if isinstance(said, PublishResult):
        became = became_of(said.status, said.article_id, next(iter(said.urls), ""))
        publication_verdicts.verdict(work, said.publish_id, in_words(became, is_mass=False))
    return ""


def sent_to_all(work: Work, message: Message) -> str:
    """The platform's verdict on a mass message."""
    said = message.said
    if isinstance(said, MassResult):
        publication_verdicts.verdict(
            work, said.msg_id, in_words(became_of_mass(said.status, said.url), is_mass=True)
        )
    return ""
