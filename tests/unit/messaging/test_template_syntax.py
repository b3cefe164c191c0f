"""What a template may say: whatever passes the check can be filled with texts, and shows nothing but them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.templates.schemas import Wording
from shared.messaging.templates.syntax import Unfillable, fill, problems

GIVEN = ("name", "note")

PAYLOADS = [
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__.__globals__ }}",
    "{{ super }}",
    "{{ super() }}",
    "{{ loop }}",
    "{{ caller }}",
    "{{ varargs }}{{ kwargs }}",
    "{% if self %}x{% endif %}",
    "{% if name == self %}x{% endif %}",
    "{{ range }}",
    "{{ dict }}",
    "{{ lipsum }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os.environ }}",
    "{{ joiner }}{{ namespace }}",
    "{{ namespace(a=1).a }}",
    "{{ config }}",
    "{{ request.application.__globals__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ name.__class__ }}",
    "{{ name['__class__'] }}",
    "{{ name|attr('__class__') }}",
    "{{ name.format(name) }}",
    "{{ '%s' % name }}",
    "{{ name|format(name) }}",
    "{{ name|map(attribute='x')|list }}",
    "{{ name|safe }}",
    "{{ name|upper }}",
    "{{ name is defined }}",
    "{{ name is callable }}",
    "{{ name() }}",
    "{{ name[0] }}",
    "{{ name[1:] }}",
    "{{ name ~ note }}",
    "{{ name + note }}",
    "{{ name * 1000000000 }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 10 ** 10000000 }}",
    "{{ 7 * 7 }}",
    "{{ -name }}",
    "{{ name, note }}",
    "{{ [name] }}",
    "{{ {'a': name} }}",
    "{{ name if note else name }}",
    "{{ name == note }}",
    "{{ not name }}",
    "{{ 'a' }}",
    "{{ 1 }}",
    "{{ 1e999 }}",
    "{{ true }}{{ none }}",
    "{{ %s }}" % ("9" * 1_500),
    "{%% if name == %s %%}x{%% endif %%}" % ("9" * 1_500),
    "{% if name == 1 %}x{% endif %}",
    "{% if name < note %}x{% endif %}",
    "{% if name in note %}x{% endif %}",
    "{% if true %}x{% endif %}",
    "{%% if %sname %%}x{%% endif %%}" % ("not " * 300),
    "{% if " + "(" * 700 + "name" + ")" * 700 + " %}x{% endif %}",
    "{%% if name%s %%}x{%% endif %%}" % (" and name" * 150),
    "{% if name %}" * 60 + "x" + "{% endif %}" * 60,
    "{% if name is odd %}x{% endif %}",
    "{% for a in name %}{{ a }}{% endfor %}",
    "{% for a in range(1000000000) %}{% endfor %}",
    "{% set name = note %}",
    "{% set name %}x{% endset %}",
    "{% macro name() %}{% endmacro %}",
    "{% call name() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% include 'x' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import environ %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% block x scoped %}{{ self.x() }}{% endblock %}",
    "{% with a = name %}{{ a }}{% endwith %}",
    "{% autoescape false %}{{ name }}{% endautoescape %}",
    "{% do name %}",
    "{% debug %}",
    "{% trans %}x{% endtrans %}",
    "{% break %}",
    "{{ name",
    "{% if name %}",
    "{% endif %}",
    "{{ }}",
    "{# never closed",
    "{{ name; note }}",
    "{{ '\\x' }}",
    "{{ `name` }}",
    "{{ name: note }}",
    "{{ _ }}{{ __builtins__ }}",
    "{{ environ }}",
]


def wording(text: str, names: tuple[str, ...] = GIVEN) -> Wording:
    return Wording(subject="About {{ name }}, {{ note }}", text=text, variables=list(names))


@pytest.mark.covers("X-A-29")
@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_template_that_says_more_than_words_is_refused(payload: str) -> None:
    wrong = problems(wording(payload))
    assert {field for field, _ in wrong} <= {"text", "variables"}
    assert wrong


@pytest.mark.parametrize("name", ["self", "super", "loop", "caller", "varargs", "kwargs"])
def test_a_name_of_the_engines_own_is_no_variable(name: str) -> None:
    assert problems(wording(f"{{{{ {name} }}}}", (*GIVEN, name)))


@pytest.mark.parametrize("name", ["range", "dict", "lipsum", "cycler", "joiner", "namespace"])
def test_a_function_of_the_engines_is_not_there(name: str) -> None:
    assert problems(wording(f"{{{{ {name} }}}}"))
    with pytest.raises(Unfillable):
        fill(f"{{{{ {name} }}}}", {})


PIECES = [
    *(piece for payload in PAYLOADS for piece in re.findall(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", payload)),
    *("{{ name }}", "{{ note }}", "{% if name %}", "{% elif note == 'x' %}", "{% else %}", "{% endif %}"),
    *("{{", "}}", "{%", "%}", "{#", "#}", "'", "\\", "\n", "x", "self", "\u202e", "-%}", "{{-", "{% raw %}"),
]


SOURCES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(lambda parts: "".join(parts)[:1_600])
"""Some of them show nothing at all: those are refused in the type already."""


@given(SOURCES.filter(lambda source: source.strip("\n\u202e")))
def test_whatever_passes_can_be_filled_and_shows_nothing_but_words(source: str) -> None:
    if problems(wording(source)):
        return
    for values in ({"name": "Ada", "note": "x"}, {"name": "", "note": ""}, {"name": "{{ self }}", "note": "{%"}):
        said = fill(source, values)
        for found in values.values():
            said = said.replace(found, "")
        assert not re.search(r"<|object at|Undefined|Template", said)
