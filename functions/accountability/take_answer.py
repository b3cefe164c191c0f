from shared.accountability.escalation import access, answers
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.messaging.events import ReplyReceived


@on_event(ReplyReceived, touches=access.ANSWER, settings=["public_url"], timeout=20)
def take_answer(event: ReplyReceived, clock: Clock) -> None:
    """Take in a partner's reply to a message about a missed day."""
    answers.after_reply(event, now=clock.now())
