import json
from collections import Counter

import pytest

from shared.kernel import names
from shared.kernel.declare import OnDue, OnEvent, OnStream, Schedule
from tests.infra.templates import Resource, Templates


def _queues(deployed: Templates) -> dict[str, Resource]:
    return {queue.properties["QueueName"]: queue for queue in deployed.of_type("AWS::SQS::Queue")}


def _mappings(deployed: Templates, function: str) -> list[Resource]:
    return [
        mapping
        for mapping in deployed.of_type("AWS::Lambda::EventSourceMapping")
        if deployed.target(mapping.stack, mapping.properties["FunctionName"]).properties["FunctionName"] == function
    ]


@pytest.mark.covers("X-O-01", "R-25")
def test_every_consumer_has_its_own_queue_which_sets_aside_after_five_tries(deployed: Templates) -> None:
    stage, queues = deployed.stage.name, _queues(deployed)
    for declaration in deployed.declarations:
        if not isinstance(declaration.trigger, OnEvent | OnDue):
            continue
        due = isinstance(declaration.trigger, OnDue)
        name = names.queue_name(stage, names.due_queue(declaration.trigger.kind) if due else declaration.name)
        queue = queues[name]
        redrive = queue.properties["RedrivePolicy"]
        assert redrive["maxReceiveCount"] == 5
        assert deployed.target(queue.stack, redrive["deadLetterTargetArn"]) == queues[f"{name}-dead"]
        assert queue.properties["VisibilityTimeout"] >= 6 * declaration.timeout
        (mapping,) = _mappings(deployed, names.prefixed(stage, declaration.name))
        assert deployed.target(mapping.stack, mapping.properties["EventSourceArn"]) == queue
        assert mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


ACCOUNT_CALLS = 1_000
"""Calls that a region of an account may run at a time unless it is asked for more."""


def test_queues_poll_no_more_than_they_may_call_and_leave_room_for_whoever_waits(deployed: Templates) -> None:
    """A call that is throttled counts as a receive: five of them set a message aside that no handler ever saw."""
    queues = {queue.logical_id for queue in _queues(deployed).values()}
    polling = [
        mapping
        for mapping in deployed.of_type("AWS::Lambda::EventSourceMapping")
        if deployed.target(mapping.stack, mapping.properties["EventSourceArn"]).logical_id in queues
    ]
    consumers = [found for found in deployed.declarations if isinstance(found.trigger, OnEvent | OnDue)]
    assert len(polling) == len(consumers)
    most = [mapping.properties["ScalingConfig"]["MaximumConcurrency"] for mapping in polling]
    assert all(limit >= 2 for limit in most)
    assert sum(most) <= ACCOUNT_CALLS / 2


def test_no_queue_is_without_a_consumer_or_a_dead_letter_queue(deployed: Templates) -> None:
    for name, queue in _queues(deployed).items():
        assert name.endswith("-dead") or "RedrivePolicy" in queue.properties


def test_events_reach_every_consumer_by_source_and_type(deployed: Templates) -> None:
    found = {
        (deployed.target(rule.stack, target["Arn"]).properties["QueueName"], source, kind)
        for rule in deployed.of_type("AWS::Events::Rule")
        if "EventPattern" in rule.properties
        for target in rule.properties["Targets"]
        for source in rule.properties["EventPattern"]["source"]
        for kind in rule.properties["EventPattern"]["detail-type"]
    }
    declared = {
        (names.queue_name(deployed.stage.name, declaration.name), event.source(), event.__name__)
        for declaration in deployed.declarations
        if isinstance(declaration.trigger, OnEvent)
        for event in declaration.trigger.events
    }
    assert found == declared


def test_every_rule_sets_aside_what_it_cannot_deliver(deployed: Templates) -> None:
    for rule in deployed.of_type("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            assert deployed.target(rule.stack, target["DeadLetterConfig"]["Arn"]).type == "AWS::SQS::Queue"


@pytest.mark.covers("R-25")
def test_every_schedule_exists_and_its_function_sets_aside_failed_runs(deployed: Templates) -> None:
    rules = {
        deployed.target(rule.stack, target["Arn"]).properties["FunctionName"]: (rule, target)
        for rule in deployed.of_type("AWS::Events::Rule")
        if "ScheduleExpression" in rule.properties
        for target in rule.properties["Targets"]
    }
    declared = [found for found in deployed.declarations if isinstance(found.trigger, Schedule)]
    assert sorted(rules) == sorted(names.prefixed(deployed.stage.name, found.name) for found in declared)
    for declaration in declared:
        rule, target = rules[names.prefixed(deployed.stage.name, declaration.name)]
        function = deployed.target(rule.stack, target["Arn"])
        assert rule.properties["ScheduleExpression"] == declaration.trigger.expression
        assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
        dead = deployed.target(function.stack, function.properties["DeadLetterConfig"]["TargetArn"])
        assert dead.properties["QueueName"].endswith("-dead")


def test_a_stream_reader_reads_the_tables_it_declares_and_sets_aside_what_keeps_failing(deployed: Templates) -> None:
    for declaration in deployed.declarations:
        if not isinstance(declaration.trigger, OnStream):
            continue
        mappings = _mappings(deployed, names.prefixed(deployed.stage.name, declaration.name))
        domains = declaration.trigger.domains or tuple(table.domain for table in deployed.tables)
        read = [deployed.target(found.stack, found.properties["EventSourceArn"]) for found in mappings]
        assert sorted(table.properties["TableName"] for table in read) == sorted(
            names.table_name(deployed.stage.name, domain) for domain in domains
        )
        for mapping in mappings:
            found = mapping.properties
            dead = deployed.target(mapping.stack, found["DestinationConfig"]["OnFailure"]["Destination"])
            patterns = [json.loads(pattern["Pattern"]) for pattern in found["FilterCriteria"]["Filters"]]
            assert dead.properties["QueueName"].endswith("-dead")
            assert patterns == list(declaration.trigger.filters)
            assert found["BisectBatchOnFunctionError"] is True
            assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            assert 0 < found["MaximumRetryAttempts"] <= 10
            assert found["BatchSize"] == declaration.trigger.batch_size


@pytest.mark.covers("X-O-02")
def test_somebody_is_told_when_a_message_is_set_aside_a_queue_grows_old_or_a_reader_falls_behind(
    deployed: Templates,
) -> None:
    def watched(metric: str, dimension: str) -> set[str]:
        return {
            deployed.target(alarm.stack, found["Value"]).logical_id
            for alarm in deployed.of_type("AWS::CloudWatch::Alarm")
            if alarm.properties["MetricName"] == metric
            for found in alarm.properties["Dimensions"]
            if found["Name"] == dimension
        }

    queues = _queues(deployed)
    dead = {queue.logical_id for name, queue in queues.items() if name.endswith("-dead")}
    assert watched("ApproximateNumberOfMessagesVisible", "QueueName") == dead
    others = {queue.logical_id for queue in queues.values()} - dead
    assert watched("ApproximateAgeOfOldestMessage", "QueueName") == others
    readers = {
        deployed.target(mapping.stack, mapping.properties["FunctionName"]).logical_id
        for mapping in deployed.of_type("AWS::Lambda::EventSourceMapping")
        if "DestinationConfig" in mapping.properties
    }
    assert watched("IteratorAge", "FunctionName") == readers


def test_a_schedule_that_falls_silent_is_noticed(deployed: Templates) -> None:
    silent = {
        deployed.target(alarm.stack, alarm.properties["Dimensions"][0]["Value"]).properties["FunctionName"]
        for alarm in deployed.of_type("AWS::CloudWatch::Alarm")
        if alarm.properties["MetricName"] == "Invocations" and alarm.properties["TreatMissingData"] == "breaching"
    }
    declared = [found.name for found in deployed.declarations if isinstance(found.trigger, Schedule)]
    assert silent == {names.prefixed(deployed.stage.name, name) for name in declared}


def test_a_tables_stream_has_two_readers_at_most(deployed: Templates) -> None:
    """DynamoDB serves two readers of a shard; a third is throttled, and all of them fall behind."""
    readers = Counter(
        deployed.target(mapping.stack, mapping.properties["EventSourceArn"]).properties["TableName"]
        for mapping in deployed.of_type("AWS::Lambda::EventSourceMapping")
        if "DestinationConfig" in mapping.properties
    )
    assert {table: count for table, count in readers.items() if count > 2} == {}
