"""Who may call what of accountability, by hand: a changed ``allow`` shows here, and a new endpoint needs a row."""

from tests.authorization import ADMINS, ANYONE_SIGNED_IN, EVERYBODY, GUIDES, REASON, USER, Row

GOAL = {"goal_id": "gol_1"}
DAY = GOAL | {"date": "2026-03-01"}
PARTNER = {"partner_id": "ptn_1"}
CASE = {"case_id": "cas_1"}
DECISION = {"decision": "REJECT", "note": "Nothing was down that day."}

ROWS = {
    "GET /v1/accountability/profile": Row(ANYONE_SIGNED_IN),
    "PATCH /v1/accountability/profile": Row(ANYONE_SIGNED_IN),
    "GET /v1/accountability/changes": Row(ANYONE_SIGNED_IN),
    "GET /v1/goals": Row(ANYONE_SIGNED_IN),
    "POST /v1/goals": Row(ANYONE_SIGNED_IN),
    "GET /v1/goals/{goal_id}": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "PATCH /v1/goals/{goal_id}": Row(ANYONE_SIGNED_IN, owned=GOAL, body={"title": "Mine now"}),
    "DELETE /v1/goals/{goal_id}": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "POST /v1/goals/{goal_id}/pause": Row(ANYONE_SIGNED_IN, owned=GOAL, body={"from": "2026-03-09"}),
    "POST /v1/goals/{goal_id}/resume": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "POST /v1/goals/{goal_id}/complete": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "POST /v1/goals/{goal_id}/restore": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "POST /v1/logs": Row(ANYONE_SIGNED_IN, owned={}, body=GOAL | {"completed": True}),
    "GET /v1/logs": Row(ANYONE_SIGNED_IN),
    "POST /v1/logs/batch": Row(ANYONE_SIGNED_IN),
    "PATCH /v1/goals/{goal_id}/logs/{date}": Row(ANYONE_SIGNED_IN, owned=DAY, body={"completed": False}),
    "GET /v1/goals/{goal_id}/logs": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "GET /v1/goals/{goal_id}/logs/{date}/revisions": Row(ANYONE_SIGNED_IN, owned=DAY),
    "POST /v1/uploads": Row(ANYONE_SIGNED_IN),
    "GET /v1/insights": Row(ANYONE_SIGNED_IN),
    "GET /v1/analytics": Row(ANYONE_SIGNED_IN),
    "GET /v1/admin/members": Row(GUIDES),
    "POST /v1/admin/members/{user_id}/guide": Row(ADMINS, named=USER, body={"guideId": "usr_guide"}),
    "POST /v1/admin/outages": Row(ADMINS),
    "GET /v1/interactions": Row(ANYONE_SIGNED_IN),
    "GET /v1/goals/{goal_id}/contacts": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "GET /v1/goals/{goal_id}/escalations": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "GET /v1/goals/{goal_id}/escalation-preview": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "GET /v1/admin/escalation-policies": Row(ADMINS),
    "POST /v1/admin/escalation-policies": Row(ADMINS),
    "GET /v1/admin/escalation-policies/{policy_name}": Row(ADMINS, named={"policy_name": "no-such-policy"}),
    "POST /v1/support-team": Row(ANYONE_SIGNED_IN),
    "GET /v1/support-team": Row(ANYONE_SIGNED_IN),
    "GET /v1/support-team/{partner_id}": Row(ANYONE_SIGNED_IN, owned=PARTNER),
    "PATCH /v1/support-team/{partner_id}": Row(ANYONE_SIGNED_IN, owned=PARTNER, body={"name": "Mine now"}),
    "DELETE /v1/support-team/{partner_id}": Row(ANYONE_SIGNED_IN, owned=PARTNER),
    "POST /v1/support-team/{partner_id}/invite": Row(ANYONE_SIGNED_IN, owned=PARTNER),
    "POST /v1/support-team/{partner_id}/restore": Row(ANYONE_SIGNED_IN, owned=PARTNER),
    "POST /v1/support-team/messages": Row(ANYONE_SIGNED_IN),
    "GET /v1/support-team/engagement": Row(ANYONE_SIGNED_IN),
    "GET /v1/partner/{token}": Row(EVERYBODY),
    "GET /p/{code}": Row(EVERYBODY),
    "POST /v1/partner/{token}": Row(EVERYBODY),
    "POST /v1/leads": Row(EVERYBODY),
    "POST /v1/goals/{goal_id}/days/{date}/dispute": Row(ANYONE_SIGNED_IN, owned=DAY, body=REASON),
    "GET /v1/admin/cases": Row(GUIDES),
    "GET /v1/admin/cases/{case_id}": Row(GUIDES, named=CASE),
    "POST /v1/admin/cases/{case_id}/decide": Row(GUIDES, named=CASE, body=DECISION),
}
