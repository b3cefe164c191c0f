"""A function URL is called where it is, and signed as the function believes it was called."""

import pytest

from infra.local.function_urls import public, reachable

AWS, REGION = "http://127.0.0.1:4566", "eu-west-1"
PAIRS = [
    ("https://abc1.lambda-url.eu-west-1.on.aws/", f"{AWS}/_aws/lambda-url/abc1/"),
    (
        "https://abc1.lambda-url.eu-west-1.on.aws/?message=msg_1&attempt=2",
        f"{AWS}/_aws/lambda-url/abc1/?message=msg_1&attempt=2",
    ),
]


@pytest.mark.parametrize(("outside", "here"), PAIRS)
def test_each_form_leads_to_the_other(outside, here):
    assert reachable(AWS, outside) == here
    assert public(REGION, here) == outside


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hooks?a=b", "https://example.com/lambda-url.on.aws/"])
def test_any_other_address_stays_as_it_is(url):
    assert (reachable(AWS, url), public(REGION, url)) == (url, url)


def test_a_query_is_signed_as_the_function_gets_it():
    here = f"{AWS}/_aws/lambda-url/abc1/?to=a+b&blank=&c=%7e"
    assert public(REGION, here) == "https://abc1.lambda-url.eu-west-1.on.aws/?to=a%20b&blank=&c=~"
