"""A user with goals, whose days the tests let pass."""

from datetime import timedelta

from shared.accountability.goals import days
from shared.accountability.goals.items import Day, Goal, day_sk
from shared.accountability.items import goal_pk
from shared.kernel.config import settings
from shared.kernel.storage import reads
from shared.kernel.storage.client import dynamodb
from tests.calls import call
from tests.clock import START
from tests.outbox import sent
from tests.triggers import principal

USER = principal("usr_ada", "accountability:use")
OTHER = principal("usr_bob", "accountability:use")
ADMIN = principal("usr_admin", "accountability:manage")

TODAY = START.date().isoformat()
"""A Sunday; it is 9:30 in UTC."""


def ok(answer, status=200):
    assert answer.status == status, answer.text
    return answer


def new_goal(caller=USER, key="goal-1", **body):
    return ok(call("accountability.create_goal", body={"title": "Run"} | body, caller=caller, key=key), 201).data


def profile(caller=USER, **change):
    return ok(call("accountability.change_profile", body=change, caller=caller)).data


def log(goal_id, caller=USER, request_id="req", **body):
    body = {"goalId": goal_id, "completed": True, "requestId": request_id} | body
    return call("accountability.log_day", body=body, caller=caller, request_id=f"gateway-{request_id}")


def goal_of(goal_id, caller=USER):
    return reads.get(Goal, f"USER#{caller.user_id}", f"GOAL#{goal_id}")


def day_of(goal_id, date):
    return reads.get(Day, goal_pk(goal_id), day_sk(date))


def outcomes(goal_id):
    found = reads.query_all(Day, (Day.pk == goal_pk(goal_id)) & Day.sk.startswith("DAY#"), consistent=True)
    rows = [Day.load(dict(raw)) for raw in found]
    return {row.date: row.outcome for row in rows}


def pass_days(goal_id, clock, count=1, caller=USER):
    """Let the clock run past the ends of that many days, and settle each."""
    for _ in range(count):
        goal = goal_of(goal_id, caller)
        clock.at = max(clock.at, goal.due_at)
        assert days.close_due(goal.pk, goal.sk, now=clock.now()) == 1
    clock.at += timedelta(hours=1)


def events(name, domain="accountability"):
    return sent(domain, name)


def topics():
    """Return the topics that were closed."""
    table = settings().table("messaging")
    found = dynamodb().scan(TableName=table)["Items"]
    return {item["pk"]["S"].removeprefix("TOPIC#") for item in found if item["pk"]["S"].startswith("TOPIC#")}
