from shared import identity, messaging
from shared.accountability.escalation import access as steps_access
from shared.accountability.partner_page import actions
from shared.accountability.partner_page.form import Field, LongField, PageForm, PageToken
from shared.accountability.team import access, errors
from shared.kernel.caller import OpenedWith, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.errors import NotFound, RateLimitExceeded
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Raw


@post(
    "/v1/partner/{token}",
    allow=PUBLIC,
    status=303,
    form=True,
    raw=("text/html",),
    rate="write",
    touches=[
        *steps_access.ANSWER,
        access.KEEP_TEAM,
        messaging.access.ENLIST,
        messaging.access.REQUEST,
        messaging.access.CHECK_ADDRESS,
        identity.access.READ_USERS,
        COUNT_RATE,
    ],
    errors=[NotFound, errors.NotNow, errors.Changed, errors.LinkExpired, errors.Unfit, RateLimitExceeded],
    secrets=["derived-tokens"],
    settings=["brands", "public_url"],
    layers=["text"],
    timeout=20,
)
def answer_partner_page(
    token: PageToken,
    operation: OperationId,
    browser: OpenedWith,
    clock: Clock,
    action: Field = "",
    statement: Field = "",
    first: Field = "",
    second: Field = "",
    third: Field = "",
    fourth: Field = "",
    voice: Field = "",
    begin: Field = "",
    end: Field = "",
    language: Field = "",
    milestones: Field = "",
    words: Field = "",
    until: Field = "",
    about: LongField = "",
    answer: Field = "",
) -> Raw:
    """Do what a form of the partner's page says; the link is used up, and the page that follows has the next one."""
    choices = (first, second, third, fourth)
    form = PageForm(action, statement, choices, voice, begin, end, language, milestones, words, until, about, answer)
    return actions.act(token, actions.Visit(form, browser, operation, clock.now()))
