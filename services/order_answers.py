"""The answer (答复) to a supervision order, whoever it is to: words and proof, before anybody is told."""

from models.supervision import Order, OrderAnswer
from rules.lifecycle import Party
from rules.refusal import Refusal
from rules.supervision import OrderMove
from services.desk import Work


def taken(work: Work, order: Order, words: str, photos: int, party: Party) -> OrderAnswer:
    """The order is answered; the photographs hang on the answer that is returned. Raises Refusal without words or
    photographs, or where the order waits for no answer."""
    if not words.strip():
        raise Refusal("答复督办单要有文字说明：原因、已采取的措施、完成的时间。")
    if photos < 1:
        raise Refusal("答复督办单至少要有一张现场照片。")
    order.move(OrderMove.ANSWER)
    order.answered_at, order.answers, order.climbed = work.now, order.answers + 1, None
    given = OrderAnswer(
        order_id=order.id, number=order.answers, words=words.strip(), at=work.now,
        actor=work.who.pseudonym if work.who else party.value,
    )  # fmt: skip
    work.session.add(given)
    return given
