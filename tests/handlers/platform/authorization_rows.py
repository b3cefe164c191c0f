"""Who may call what of platform, by hand: a changed ``allow`` shows here, and a new endpoint needs a row."""

from tests.authorization import ANYONE_SIGNED_IN, Row

ROWS = {
    "POST /v1/realtime/tickets": Row(ANYONE_SIGNED_IN),
}
