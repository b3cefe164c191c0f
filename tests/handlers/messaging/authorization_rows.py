"""Who may call what of messaging, by hand: a changed ``allow`` shows here, and a new endpoint needs a row."""

from tests.authorization import ADMINS, ANYONE_SIGNED_IN, EVERYBODY, GUIDES, Row

ROWS = {
    "GET /v1/admin/messages": Row(ADMINS),
    "GET /v1/notifications": Row(ANYONE_SIGNED_IN),
    "GET /v1/notifications/unread-count": Row(ANYONE_SIGNED_IN),
    "PATCH /v1/notifications/{notification_id}/read": Row(
        ANYONE_SIGNED_IN, owned={"notification_id": "ntf_000000000001"}
    ),
    "POST /v1/notifications/read-all": Row(ANYONE_SIGNED_IN),
    "GET /v1/notification-preferences": Row(ANYONE_SIGNED_IN),
    "PATCH /v1/notification-preferences": Row(ANYONE_SIGNED_IN),
    "GET /v1/admin/templates": Row(ADMINS),
    "POST /v1/admin/templates": Row(ADMINS),
    "GET /v1/admin/templates/{key}": Row(ADMINS, named={"key": "escalation.day-1"}),
    "POST /v1/admin/templates/{key}/versions/{version}/approve": Row(
        ADMINS, named={"key": "escalation.day-1", "version": "2"}
    ),
    "POST /v1/admin/templates/preview": Row(ADMINS),
    "GET /v1/unsubscribe/{token}": Row(EVERYBODY),
    "POST /v1/unsubscribe/{token}": Row(EVERYBODY),
    "GET /v1/admin/messages/{message_id}": Row(GUIDES, named={"message_id": "msg_1"}),
    "POST /v1/admin/suppressions": Row(ADMINS),
    "GET /v1/admin/suppressions/{address_hash}": Row(GUIDES, named={"address_hash": "0" * 64}),
    "POST /v1/admin/suppressions/{address_hash}/lift": Row(
        ADMINS, named={"address_hash": "0" * 64}, body={"note": "Asked by mail to be written to again."}
    ),
    "PUT /v1/admin/senders": Row(ADMINS),
    "PUT /v1/admin/budgets": Row(ADMINS),
    "GET /v1/admin/reviews": Row(GUIDES),
    "POST /v1/admin/reviews/{review_id}/decide": Row(
        ADMINS, named={"review_id": "rev_1"}, body={"decision": "DISMISS", "note": "She only asked a question."}
    ),
}
