"""Who may call what of payments, by hand: a changed ``allow`` shows here, and a new endpoint needs a row."""

from tests.authorization import ADMINS, ANYONE_SIGNED_IN, EVERYBODY, Row

ROWS = {
    "GET /v1/admin/payments": Row(ADMINS),
    "GET /v1/payments/prices": Row(EVERYBODY),
    "GET /v1/payments/success": Row(EVERYBODY),
    "GET /v1/payments/cancelled": Row(EVERYBODY),
    "POST /v1/payments/checkout": Row(ANYONE_SIGNED_IN),
    "GET /v1/payments/history": Row(ANYONE_SIGNED_IN),
    "GET /v1/payments/{payment_id}": Row(ANYONE_SIGNED_IN, owned={"payment_id": "pay_1"}),
    "GET /v1/admin/prices": Row(ADMINS),
    "POST /v1/admin/prices": Row(ADMINS),
    "PATCH /v1/admin/prices/{price_id}": Row(ADMINS, named={"price_id": "prc_1"}, body={"active": False}),
    "DELETE /v1/admin/prices/{price_id}": Row(ADMINS, named={"price_id": "prc_1"}),
    "POST /v1/admin/prices/preview": Row(ADMINS),
    "GET /v1/admin/payments/reviews": Row(ADMINS),
    "POST /v1/admin/payments/reviews/{review_id}/decide": Row(
        ADMINS, named={"review_id": "rev_1"}, body={"decision": "ACTED", "note": "Took the credits back."}
    ),
}
