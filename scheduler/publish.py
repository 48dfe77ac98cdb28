"""Each minute: what is due is wanted, and every publication on its way goes one step further.

One step a transaction, the network outside of it, each answer written down before the next step: a process that
dies anywhere leaves a lease that runs out, and what was asked for without an answer is found out before it is asked
for again.
"""

import logging

from bot.verdicts import setback
from bot.wechat import WeChatRefused, WeChatUnreachable
from rules.refusal import Refusal
from scheduler.publish_steps import STEPS, Printer
from services import press_errands, press_steps, publication_days
from services.press_errands import Errand, Step

log = logging.getLogger("heshao.publish")

MOST_STEPS = 200
"""A run ends after so many; what is left is found by the next."""


def publish_due(printer: Printer) -> int:
    """Want what is due, then do steps as long as there are any; how many were done."""
    printer.desk.do(publication_days.publish_what_is_due)
    for steps in range(MOST_STEPS):
        errand = printer.desk.do(press_errands.lease, printer.wall())
        if errand is None:
            return steps
        do_step(printer, errand)
    return MOST_STEPS


def do_step(printer: Printer, errand: Errand) -> None:
    """Do it and write down how it went. Nothing escapes: its lease runs out anyway."""
    try:
        STEPS[errand.step](printer, errand)
    except Refusal as refusal:
        printer.desk.do(press_steps.rejected, errand, str(refusal), not_done=errand.asked_at is None)
    except WeChatRefused as refused:
        _refused(printer, errand, refused)
    except WeChatUnreachable as trouble:
        log.warning(
            "publication %s: %s", errand.id, trouble, extra={"event": "publication.later", "step": errand.step}
        )  # fmt: skip
        printer.desk.do(press_steps.not_yet, errand, "微信平台没有应答，稍后再试")
    except Exception:
        log.exception(
            "publication %s could not take its step %s", errand.id, errand.step,
            extra={"event": "publication.failed", "step": errand.step},
        )  # fmt: skip
        printer.desk.do(press_steps.not_yet, errand, "系统内部出错，稍后再试，请管理员查看日志")


def _refused(printer: Printer, errand: Errand, refused: WeChatRefused) -> None:
    """The platform said no, so nothing of this step was done; what to do by its code."""
    what = setback(refused.code, refused.text, printer.desk.clock())
    log.warning(
        "publication %s: %s %s", errand.id, refused.code, refused.text,
        extra={"event": "publication.refused", "code": refused.code, "step": errand.step},
    )  # fmt: skip
    if what.gone and errand.step in (Step.DRAFT, Step.SUBMIT):
        printer.desk.do(press_steps.begin_again, errand, what.sentence)
    elif what.passes or errand.step is Step.ASK:  # what was taken may come out whatever the question meets
        in_doubt = what.in_doubt and errand.step is Step.SUBMIT
        why = "平台说没有这一次发布，请登录公众平台查看" if what.gone else what.sentence
        printer.desk.do(press_steps.not_yet, errand, why, what.at, not_done=not in_doubt)
    else:
        printer.desk.do(press_steps.rejected, errand, what.sentence, not_done=errand.asked_at is None)
