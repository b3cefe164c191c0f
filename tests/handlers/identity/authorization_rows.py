"""Who may call what of identity, by hand: a changed ``allow`` shows here, and a new endpoint needs a row."""

from tests.authorization import ADMINS, ANYONE_SIGNED_IN, EVERYBODY, REASON, USER, Row

ROWS = {
    "GET /.well-known/jwks.json": Row(EVERYBODY),
    "POST /v1/auth/register": Row(EVERYBODY),
    "POST /v1/auth/signup": Row(EVERYBODY),
    "POST /v1/auth/login": Row(EVERYBODY),
    "POST /v1/auth/refresh": Row(EVERYBODY),
    "GET /v1/auth/verify": Row(EVERYBODY),
    "POST /v1/auth/verify": Row(EVERYBODY),
    "POST /v1/auth/confirmations": Row(EVERYBODY),
    "POST /v1/auth/password-resets": Row(EVERYBODY),
    "GET /v1/auth/password-reset": Row(EVERYBODY),
    "POST /v1/auth/password-reset": Row(EVERYBODY),
    "POST /v1/auth/passwords": Row(EVERYBODY),
    "GET /v1/users/{user_id}/profile": Row(EVERYBODY, named=USER, everybodys=True),
    "POST /v1/auth/verification-mails": Row(ANYONE_SIGNED_IN, unconfirmed=True),
    "POST /v1/auth/logout": Row(ANYONE_SIGNED_IN, unconfirmed=True),
    "GET /v1/auth/me": Row(ANYONE_SIGNED_IN, unconfirmed=True),
    "PATCH /v1/me/profile": Row(ANYONE_SIGNED_IN),
    "POST /v1/admin/users/search": Row(ADMINS, body={"email": "nobody@wellspring.example"}),
    "POST /v1/admin/users/{user_id}/suspend": Row(ADMINS, named=USER, body=REASON),
    "POST /v1/admin/users/{user_id}/reinstate": Row(ADMINS, named=USER, body=REASON),
    "POST /v1/admin/users/{user_id}/roles": Row(ADMINS, named=USER, body={"role": "creator", "granted": True}),
}
