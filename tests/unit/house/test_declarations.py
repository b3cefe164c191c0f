"""Declarations: what a function says of itself needs what else it says."""

import inspect

import pytest

from shared.kernel.declare import Http
from shared.kernel.rates import RATES
from shared.kernel.registry import functions

ENDPOINTS = [function for function in functions() if isinstance(function.declaration.trigger, Http)]
IDS = [function.declaration.name for function in ENDPOINTS]


@pytest.mark.parametrize("function", ENDPOINTS, ids=IDS)
def test_a_list_that_goes_on_may_read_the_key_of_cursors(function):
    goes_on = "cursor" in inspect.signature(function.handler).parameters
    assert not goes_on or "cursors" in function.declaration.secrets, 'a list that goes on needs secrets=["cursors"]'


@pytest.mark.parametrize("function", ENDPOINTS, ids=IDS)
def test_the_rate_of_an_endpoint_is_declared_by_a_domain(function):
    assert function.declaration.trigger.rate in {None, *RATES}
