"""Every minute: drafts whose owner has been silent for the set time end; nothing of them is kept."""

from bot.conversation import end
from models.conversation import Conversation, silent_since
from services.desk import Desk, Work


def end_silent_drafts(desk: Desk) -> int:
    """End every draft that is past its time; the count."""
    return desk.each(silent_since(desk.clock() - desk.rulebook.silence), _end)


def _end(work: Work, conversation: Conversation) -> None:
    if conversation.touched_at < work.now - work.rulebook.silence:
        held = any(conversation.draft.get(part) for part in ("sent", "words", "place"))
        end(conversation)
        conversation.ended = {"expired": True} if held else {}  # said with the next message
