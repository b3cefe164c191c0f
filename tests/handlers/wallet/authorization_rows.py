"""Who may call what of wallet, by hand: a changed ``allow`` shows here, and a new endpoint needs a row."""

from tests.authorization import ADMINS, ANYONE_SIGNED_IN, Row

ROWS = {
    "GET /v1/wallet/balance": Row(ANYONE_SIGNED_IN),
    "GET /v1/wallet/ledger": Row(ANYONE_SIGNED_IN),
    "GET /v1/wallet/ledger/export": Row(ANYONE_SIGNED_IN),
    "POST /v1/admin/wallet/adjustments": Row(ADMINS),
    "GET /v1/admin/wallet/adjustments": Row(ADMINS),
    "POST /v1/admin/wallet/adjustments/{adjustment_id}/decide": Row(
        ADMINS, named={"adjustment_id": "adj_1"}, body={"decision": "APPROVE", "note": "Seen the ticket."}
    ),
    "POST /v1/admin/wallet/reconcile": Row(ADMINS),
    "GET /v1/admin/wallet/trial-balance": Row(ADMINS),
    "POST /v1/admin/wallet/users/{user_id}/holds/{hold_id}/void": Row(
        ADMINS, named={"user_id": "usr_viewer", "hold_id": "hold_1"}, body={"reason": "Ticket 4711"}
    ),
}
