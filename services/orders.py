"""Any supervision order by its number, whoever it is to: to a town for its case, or to a helper for a whistle."""

from sqlalchemy import select

from models.help_order import AnyOrder, HelpOrder
from models.supervision import Order, OrderAnswer, SupervisionOrder
from rules.lifecycle import Party
from rules.refusal import Refusal
from rules.supervision import numbered
from services import help_orders, supervision
from services.desk import Work


def called(work: Work, number: str) -> AnyOrder:
    """The order somebody means: 〔2026〕12号, 2026-12, or 12 of this year."""
    found, order = numbered(number, work.today.year), None
    if found is not None:
        order = work.session.scalar(select(Order).where(Order.year == found[0], Order.serial == found[1]))
    if not isinstance(order, SupervisionOrder | HelpOrder):
        raise Refusal(f"没有找到督办单“{number}”。请写文号，如〔2026〕12号，或只写 12。")
    return order


def kept(work: Work, order_id: int) -> AnyOrder:
    """The order of this id."""
    order = work.session.get_one(Order, order_id)
    if not isinstance(order, SupervisionOrder | HelpOrder):
        raise TypeError(f"an order of another kind: {order_id}")
    return order


def newest_first(work: Work) -> list[AnyOrder]:
    """All orders, also those settled."""
    rows = work.session.scalars(select(Order).order_by(Order.id.desc()))
    return [order for order in rows if isinstance(order, SupervisionOrder | HelpOrder)]


def check_answerable(work: Work, order: AnyOrder) -> Party:
    """In what capacity the speaker may answer now, or a Refusal."""
    if isinstance(order, HelpOrder):
        return help_orders.check_answerable(work, order)
    return supervision.check_answerable(work, order)


def answer(work: Work, order: AnyOrder, words: str, photos: int) -> OrderAnswer:
    """Answered in writing and with proof (答复)."""
    if isinstance(order, HelpOrder):
        return help_orders.answer(work, order, words, photos)
    return supervision.answer(work, order, words, photos)


def accept(work: Work, order: AnyOrder) -> None:
    """The Office accepts the answer."""
    if isinstance(order, HelpOrder):
        help_orders.accept(work, order)
    else:
        supervision.accept(work, order)


def send_back(work: Work, order: AnyOrder, reason: str) -> None:
    """The Office is not satisfied with the answer."""
    if isinstance(order, HelpOrder):
        help_orders.send_back(work, order, reason)
    else:
        supervision.send_back(work, order, reason)


def withdraw(work: Work, order: AnyOrder, reason: str) -> None:
    """The Office takes the order back."""
    if isinstance(order, HelpOrder):
        help_orders.withdraw(work, order, reason)
    else:
        supervision.withdraw(work, order, reason)
