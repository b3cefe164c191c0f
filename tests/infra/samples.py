"""Declarations that stand for every kind of function, so that the derivation is proved apart from the real ones."""

from typing import ClassVar

from shared.kernel.access import Access, table_access
from shared.kernel.declare import (
    PUBLIC,
    Authorizer,
    Declaration,
    FunctionUrl,
    Http,
    OnDue,
    OnEvent,
    OnStream,
    Schedule,
    Socket,
)
from shared.kernel.due import DELIVER, sweep_access
from shared.kernel.events import DomainEvent
from shared.kernel.platform import TABLE as PLATFORM_TABLE
from shared.kernel.storage.table import DUE, Index, Table


class StreamEnded(DomainEvent):
    domain: ClassVar[str] = "live"


class CreditsHeld(DomainEvent):
    domain: ClassVar[str] = "wallet"


TABLES = (
    Table("live", (DUE, Index("by-creator", "creator", "started_at", numeric=True, include=("title",)))),
    PLATFORM_TABLE,
    Table("wallet"),
)

SIGN = Access("tokens.sign", "key:tokens", ("kms:Sign", "kms:GetPublicKey"))
PUSH = Access("realtime.push", "sockets", ("execute-api:ManageConnections",))
PUBLISH = Access("events.publish", "bus", ("events:PutEvents",))
UPLOAD = Access("media.upload", "bucket:media", ("s3:PutObject",))
MAIL = Access("mail.send", "mail", ("ses:SendEmail",))

DECLARATIONS = (
    Declaration("functions.identity.authorize", Authorizer(), layers=("security",)),
    Declaration("functions.platform.relay_events", OnStream((), ({"eventName": ["INSERT"]},)), touches=(PUBLISH,)),
    Declaration("functions.platform.connect", Socket("$connect")),
    Declaration("functions.platform.subscribe", Socket("subscribe"), touches=(PUSH,), settings=("socket_endpoint",)),
    Declaration("functions.platform.push", OnEvent((StreamEnded, CreditsHeld)), touches=(PUSH,)),
    Declaration(
        "functions.live.record_tick",
        Http("POST", "/v1/meter", api="meter", allow="live:watch", rate="write", idempotent=True),
        touches=(table_access("metering.tick", "live", "UpdateItem"),),
        secrets=("cursors",),
        settings=("public_url", "socket_url"),
    ),
    Declaration("functions.live.get_stream", Http("GET", "/v1/streams/{id}", allow=PUBLIC)),
    Declaration("functions.live.stop_stream", Http("POST", "/v1/streams/{id}/stop", allow="live:stop", api="admin")),
    Declaration("functions.live.sweep_due", Schedule("rate(1 minute)"), touches=(sweep_access("live"), DELIVER)),
    Declaration("functions.live.settle_due", OnDue("settlement"), touches=(SIGN, DELIVER), timeout=30),
    Declaration(
        "functions.wallet.receive_stripe",
        FunctionUrl("stripe"),
        secrets=("stripe",),
        layers=("payments",),
        settings=("stripe_api_base",),
    ),
    Declaration("functions.wallet.project_revenue", OnStream(("wallet",), ({"eventName": ["MODIFY"]},), window=5)),
    Declaration("functions.wallet.send_receipt", OnEvent((CreditsHeld,)), touches=(MAIL,), memory=256),
    Declaration("functions.wallet.receive_mail_event", FunctionUrl("ses", topic="mail")),
    Declaration(
        "functions.wallet.call_customer",
        OnEvent((CreditsHeld,)),
        touches=(UPLOAD,),
        callbacks=("stripe",),
        settings=("media_bucket", "mail_events"),
    ),
)
