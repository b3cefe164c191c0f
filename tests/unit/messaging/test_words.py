"""Words: the specification's texts, and what a template is held to."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.accountability.team import links
from shared.kernel.brands import Product, brand
from shared.kernel.categories import Channel
from shared.messaging.templates import rendering
from shared.messaging.templates.catalogue import Version, language, seeded
from shared.messaging.templates.rendering import FIRST_WORDS, MissingVariable, TooLong, compose
from shared.messaging.templates.schemas import Wording
from shared.messaging.templates.segments import size
from shared.messaging.templates.syntax import problems
from tests.sentences import EVERYTHING, PEOPLE

FIRST = "Dataday: Reply STOP to end, HELP for help. Msg & data rates may apply."
DAY_1 = (
    'Hi Maria, this is Dataday. Ada missed logging their "morning run" on Sunday 22 November. We\'re following up '
    "with them directly. You're part of their Social Accountability Network - thanks for supporting their success! 💪"
)
DAY_2 = (
    'Hi Maria, this is Dataday. Ada hasn\'t logged their "morning run" progress for 2 days. Could you check in with '
    "them? Thanks for being part of their support team!"
)
DAY_3 = (
    'Hi Maria, this is Dataday. Ada still hasn\'t logged their "morning run" progress (4 days now). A quick call or '
    "text from you could really help. Thanks for caring about their success!"
)
WEEK = (
    'Hi Maria, this is Dataday. Ada hasn\'t been tracking their "morning run" for a week. As someone important to '
    "them, your support could make a real difference. Could you reach out? We're here to help them succeed, and you're "
    "a key part of that."
)
SUCCESS = (
    'Hi Maria, this is Dataday. Ada just completed their "morning run" for 30 days straight! 🎉 Your support as their '
    "Emergency Support Team member helped make this happen. Thank you for being part of it!"
)
ALL_CLEAR = (
    'Hi Maria, this is Dataday. Ada has logged their "morning run" again. You need not check in about the missed days '
    "any more. Thank you for being there!"
)
DISPUTE = (
    "Ada says that a day was wrongly counted as missed. Please decide the case: until then the day counts as missed, "
    "and messages about it go on."
)
CRISIS = (
    "Ada wrote words that may speak of danger to themselves. Please read the case and get in touch with them now. No "
    "automatic messages go out about this goal until somebody releases it."
)
HOW = "\nReply 1: I'll check in, 2: done, 3: I can't."


def said(key, channel=Channel.SMS, variables=EVERYTHING, *, first=False):
    ending = seeded()[FIRST_WORDS, "en"] if first else None
    return compose(seeded()[key, "en"], channel, variables, ending=ending)


def said_of(wording, variables):
    return compose(version(**wording), Channel.SMS, variables)


def version(**wording):
    defaults = {"subject": "Hello", "text": "Hello"}
    return Version("test", "en", 3, Wording.model_validate(defaults | wording))


@pytest.mark.covers("D-52", "S-A-24", "S-A-25", "S-A-26", "S-A-27", "S-A-28")
@pytest.mark.covers("S-A-29", "D-26", "D-03", "D-28")
@pytest.mark.parametrize(
    ("key", "text", "days", "how"),
    [
        ("escalation.day-1", DAY_1, "1", ""),
        ("escalation.day-2", DAY_2, "2", HOW),
        ("escalation.day-3-plus", DAY_3, "4", HOW),
        ("escalation.week", WEEK, "7", HOW),
        ("milestone.success", SUCCESS, "30", ""),
    ],
)
def test_the_specifications_texts_word_for_word(key, text, days, how):
    variables = PEOPLE | {"days": days, "followed_up": "yes"}
    assert said(key, variables=variables).text == text
    assert said(key, variables=variables | {"link": "https://api.example/p"}).text == text + how
    assert said(key, Channel.EMAIL, variables).text == text
    spoken = text.replace(" 💪", "").replace(" 🎉", " ").replace("  ", " ")
    assert said(key, Channel.VOICE, variables).text.removesuffix(" You need not do anything now.") == spoken


@pytest.mark.covers("D-52")
def test_a_follow_up_is_told_only_where_there_is_one():
    text = said("escalation.day-1", variables=PEOPLE).text
    assert text == DAY_1.replace(" We're following up with them directly.", "")


@pytest.mark.covers("D-26")
@pytest.mark.parametrize(
    ("locale", "more", "says"),
    [
        ("en", {"days": "14"}, 'hasn\'t been tracking their "morning run" for 14 days.'),
        (
            "en",
            {"days": "14", "flexible": "yes"},
            'has logged their "morning run" less often than planned for some time.',
        ),
        ("es", {"days": "7"}, 'lleva una semana sin registrar su "morning run".'),
        ("es", {"days": "14"}, 'lleva 14 dias sin registrar su "morning run".'),
        (
            "es",
            {"days": "9", "flexible": "yes"},
            'lleva un tiempo registrando su "morning run" menos veces de lo previsto.',
        ),
    ],
)
def test_the_weeks_message_says_how_long_it_has_been(locale, more, says):
    text = compose(seeded()["escalation.week", locale], Channel.SMS, PEOPLE | {"goal": "morning run"} | more).text
    assert says in text


@pytest.mark.parametrize("key", ["escalation.day-2", "escalation.day-3-plus", "escalation.week"])
def test_a_call_beside_a_text_says_that_the_text_can_be_answered(key):
    alone = said(key, Channel.VOICE, PEOPLE).text
    beside = said(key, Channel.VOICE, PEOPLE | {"texted": "yes"}).text
    assert beside == f"{alone} You can answer the text message that we sent you."


@pytest.mark.covers("X-A-24", "D-52")
def test_a_title_that_is_not_for_the_reader_is_a_goal_without_quotes():
    text = said("escalation.day-2", variables=PEOPLE | {"goal": ""}).text
    assert "hasn't logged their goal progress" in text


def test_names_that_show_nothing_leave_a_sentence_that_can_be_read():
    text = said("escalation.day-2", variables=PEOPLE | {"partner_name": "", "user_name": ""}).text
    assert text.startswith("Hi there, this is Dataday. Somebody you know hasn't logged")


@pytest.mark.covers("D-26")
def test_a_day_is_said_in_the_readers_language():
    spanish = compose(seeded()["escalation.day-1", "es"], Channel.EMAIL, PEOPLE).text
    assert 'no registró su "morning run" el domingo 22 de noviembre.' in spanish
    assert " on Sunday 22 November." in said("escalation.day-1", Channel.EMAIL, PEOPLE).text


def test_a_text_in_spanish_has_no_letters_that_cost_double():
    found = compose(seeded()["escalation.day-1", "es"], Channel.SMS, PEOPLE)
    assert "no registro su" in found.text
    assert (size(found.text).encoding, found.segments) == ("GSM-7", 1)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        pytest.param("escalation.all-clear", ALL_CLEAR, marks=pytest.mark.covers("X-A-15")),
        pytest.param("guide.dispute", DISPUTE, marks=pytest.mark.covers("X-A-39")),
        pytest.param("guide.crisis", CRISIS, marks=pytest.mark.covers("X-A-32")),
    ],
)
def test_words_say_no_more_than_what_is_true(key, text):
    assert said(key, Channel.EMAIL).text == text
    assert "news" not in said(key, Channel.EMAIL).subject


@pytest.mark.covers("D-28")
def test_the_milestone_tells_the_days_that_were_reached():
    assert "for 60 days straight!" in said("milestone.success", variables=PEOPLE | {"days": "60"}).text


@pytest.mark.parametrize("key", sorted(key for key, _ in seeded()))
@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("first", [True, False])
def test_every_template_that_comes_with_the_system_can_be_used(key, channel, first):
    found = seeded()[key, "en"]
    assert problems(found.wording) == []
    words_ = said(key, channel, first=first)
    assert words_.text
    assert words_.subject
    assert "{" not in words_.text + words_.subject
    assert (words_.version, words_.reference) == (1, f"{key}/en/1")


@pytest.mark.parametrize(
    "key", ["escalation.day-1", "escalation.day-3-plus", "escalation.week", "milestone.success", "escalation.all-clear"]
)
def test_the_first_text_to_a_number_ends_with_brand_and_opt_out_words(key):
    assert said(key, first=True).text == f"{said(key).text}\n{FIRST}"


@pytest.mark.parametrize("key", ["consent.request", "consent.reminder", "service.started", "service.help"])
def test_what_tells_how_to_end_it_already_does_not_tell_it_twice(key):
    text = said(key, first=True).text
    assert text == said(key).text
    assert text.count("Reply STOP to end") == 1
    assert "Dataday" in text


@pytest.mark.parametrize("key", ["consent.request", "consent.reminder", "service.started", "service.help"])
def test_in_every_language_it_is_told_once(key):
    ending = seeded()[FIRST_WORDS, "es"]
    text = compose(seeded()[key, "es"], Channel.SMS, EVERYTHING, ending=ending).text
    assert text.count("STOP") == 1
    ended = compose(seeded()["escalation.day-1", "es"], Channel.SMS, EVERYTHING, ending=ending).text
    assert ended.endswith("\nDataday: responde STOP para terminar, HELP para ayuda. Pueden aplicarse cargos.")


def test_which_number_means_whom_is_said_in_the_readers_language_also_of_who_has_no_name():
    names = '["Ada", "", "José \\n \\"Pepe\\""]'
    assert language("en").choices(names).startswith("1 for Ada, 2 for Somebody you know, 3 for José")
    text = compose(seeded()["service.which", "es"], Channel.IN_APP, {"choices": names}).text
    choices = '1 si es Ada, 2 si es Alguien que conoces, 3 si es José "Pepe", 4 si son todos'
    assert text == f"Dataday: ¿de quién se trata? Responde {choices}."
    assert compose(seeded()["service.which", "en"], Channel.IN_APP, {"choices": "1 for Ada"}).text.endswith(
        "1 for Ada."
    )


@pytest.mark.parametrize("key", ["service.stopped", "service.which"])
def test_an_answer_is_not_lengthened(key):
    assert said(key, first=True).text == said(key).text


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.VOICE, Channel.WHATSAPP, Channel.IN_APP])
def test_only_text_messages_end_with_opt_out_words(channel):
    assert FIRST not in said("escalation.day-1", channel, first=True).text


@pytest.mark.covers("X-A-02")
@pytest.mark.parametrize("key", ["consent.request", "consent.reminder"])
def test_a_request_for_consent_tells_all_it_has_to(key):
    text = said(key).text
    for part in (
        "Dataday",
        "Ada",
        "with their goals",
        "by text, e-mail and recorded call",
        "at most 6 times a week",
        "Reply YES or NO",
        EVERYTHING["link"],
        "Reply STOP to end, HELP for help",
        "Msg&data rates may apply",
    ):
        assert part in text
    mail = said(key, Channel.EMAIL).text
    assert EVERYTHING["link"] in mail
    assert "Reply" not in mail


def test_the_users_own_words_are_in_the_mail_only_where_there_are_some():
    without = {name: value for name, value in EVERYTHING.items() if name != "note"}
    assert 'Ada says: "Please?"' in said("consent.request", Channel.EMAIL).text
    assert "says" not in said("consent.request", Channel.EMAIL, without).text
    assert "says" not in said("consent.request", Channel.EMAIL, without | {"note": " "}).text


def test_a_mail_that_asks_holds_the_link_to_answer_by():
    text = said("escalation.day-2", Channel.EMAIL, EVERYTHING | {"days": "2"}).text
    assert text == f"{DAY_2}\n\nTell us whether you can:\n\n{EVERYTHING['link']}"


@pytest.mark.covers("X-A-29", "S-A-29")
@pytest.mark.parametrize(
    ("missing", "value"),
    [*((name, None) for name in ("partner_name", "user_name", "goal", "days")), ("days", ""), ("days", " \n ")],
)
def test_a_missing_variable_is_named(missing, value):
    variables = {name: text for name, text in (PEOPLE | {"days": "4"}).items() if name != missing}
    if value is not None:
        variables[missing] = value
    with pytest.raises(MissingVariable) as refusal:
        said("escalation.day-3-plus", variables=variables)
    assert refusal.value.name == missing


@pytest.mark.covers("X-A-43")
def test_the_plain_form_is_taken_where_the_other_is_too_long():
    plain = {"text": "💪" * 200, "plain": "a" * 900, "max_segments": 6}
    found = compose(version(**plain), Channel.SMS, {})
    assert (found.text, found.segments) == ("a" * 900, 6)
    assert compose(version(**plain), Channel.WHATSAPP, {}).text == "💪" * 200


@pytest.mark.covers("X-A-43")
def test_the_plain_form_is_taken_where_the_template_says_so():
    both = {"text": "Well done 💪", "plain": "Well done"}
    assert compose(version(**both), Channel.SMS, {}).text == "Well done 💪"
    assert compose(version(**both, prefer_plain=True), Channel.SMS, {}).text == "Well done"


@pytest.mark.covers("X-A-43")
def test_a_text_over_its_cap_is_refused():
    assert compose(version(text="a" * 306, max_segments=2), Channel.SMS, {}).segments == 2
    with pytest.raises(TooLong, match="3 segments are more than 2"):
        compose(version(text="a" * 307, max_segments=2), Channel.SMS, {})
    assert compose(version(text="a" * 307, max_segments=2), Channel.EMAIL, {}).segments == 1


def test_the_opt_out_words_count():
    with pytest.raises(TooLong):
        compose(version(text="a" * 160, max_segments=1), Channel.SMS, {}, ending=seeded()[FIRST_WORDS, "en"])


def test_whatsapp_gets_its_approved_template_and_its_variables_in_order():
    sid = "HX" + "0" * 32
    approved = version(text="{{ a }} {{ b }}", variables=["a", "b"], content_sid=sid, content_variables=["b", "a"])
    found = compose(approved, Channel.WHATSAPP, {"a": "1", "b": "2"})
    assert (found.text, found.content_sid, found.content_variables) == ("1 2", sid, ("2", "1"))
    assert compose(approved, Channel.SMS, {"a": "1", "b": "2"}).content_sid is None


@given(st.text())
def test_a_value_stays_in_its_sentence(value):
    line = rendering._one_line(value)
    assert line == " ".join(line.split())
    assert not set(line) & set("\n\r\x00\x1b\u202e\u2066\ufffe\uffff")


def test_a_call_can_say_every_value():
    assert rendering._one_line("A\ufffed\uffffa \U0001f389") == "A d a \U0001f389"


def test_what_a_value_says_is_not_read_as_a_template():
    name = "{{ link }}{% if 1 %}"
    assert said("escalation.day-1", variables=PEOPLE | {"partner_name": name}).text.startswith(f"Hi {name}, this is")


@pytest.mark.parametrize(
    ("wording", "field"),
    [
        ({"text": "{{ a }}"}, "variables"),
        ({"variables": ["a"]}, "variables"),
        ({"text": "{{ a }}", "variables": ["a"], "content_variables": ["b"]}, "contentVariables"),
        ({"text": "{{ a"}, "text"),
        ({"text": "{% for a in b %}{% endfor %}"}, "text"),
        ({"text": "{{ ''.__class__ }}"}, "text"),
        ({"text": "{{ 'a' * 1000000000 }}"}, "text"),
        ({"text": "{{ brand | upper }}"}, "text"),
        ({"text": "{{ range(9) }}"}, "text"),
        ({"text": "{% set a = 1 %}"}, "text"),
        ({"text": "{% include 'x' %}"}, "text"),
        ({"sms": "{{ text }} {{ a }}"}, "variables"),
        ({"subject": "{{ text }}"}, "variables"),
    ],
)
def test_what_a_template_may_not_say(wording, field):
    assert {name for name, _ in problems(version(**wording).wording)} == {field}


def test_built_in_variables_need_no_declaration():
    assert problems(version(text="{{ brand }} {{ contact }}", sms="{{ text }}", mail="{{ text }}").wording) == []


def test_a_version_names_its_words():
    found = compose(dataclasses.replace(version(), locale="de"), Channel.SMS, {})
    assert (found.reference, found.version) == ("test/de/3", 3)


LONGEST = {"partner_name": 80, "user_name": 60, "goal": 80, "note": 300}


@pytest.mark.covers("X-A-43")
@pytest.mark.parametrize("key", sorted(key for key, _ in seeded()))
def test_every_text_has_a_form_of_letters_that_every_phone_has(key):
    wording = seeded()[key, "en"].wording
    assert size(wording.plain or wording.text).encoding == "GSM-7"


@pytest.mark.covers("X-A-43")
@pytest.mark.parametrize("key", sorted(key for key, _ in seeded()))
@pytest.mark.parametrize("letter", ["a", "\u0436", "\U0001f9d8"])
def test_no_name_is_so_long_that_nobody_hears(key, letter):
    long = {name: letter * length for name, length in LONGEST.items() if letter < "\uffff" or name != "note"}
    text = said(key, variables=EVERYTHING | long, first=True)
    assert text.segments <= seeded()[key, "en"].wording.max_segments
    assert said(key, variables=EVERYTHING, first=True).text == said(key, first=True).text


def test_only_names_are_cut_and_only_where_they_must_be():
    one = {"text": "Hi {{ partner_name }}: {{ link }}", "variables": ["partner_name", "link"], "max_segments": 1}
    link = "https://api.example/" + "x" * 80
    assert said_of(one, {"partner_name": "A" * 56, "link": link}).text == f"Hi {'A' * 37}...: {link}"
    assert said_of(one, {"partner_name": "A" * 40, "link": link}).text == f"Hi {'A' * 40}: {link}"
    with pytest.raises(TooLong):
        said_of(one, {"partner_name": "A", "link": link * 2})


def test_a_text_that_is_cut_keeps_its_numbers_and_the_quotes_of_a_title():
    long = PEOPLE | {"partner_name": "A" * 80, "user_name": "B" * 80, "goal": "C" * 300}
    text = said("escalation.day-2", variables=long).text
    assert "progress for 2 days" in text
    cut = compose(version(text="{{ goal }} {{ days }}", variables=["goal", "days"], max_segments=1), Channel.SMS, long)
    assert cut.text == f'"{"C" * 77}..." 2'


NOTES = ["You get me going.", "x" * 300, "\u017c" * 300, "\U0001f4aa" * 300]


NAMES = [
    "Ada",
    "Maximiliane von Hohenstein-Wittelsbach zu Musterhausen, geb. A",
    "\u017dofie Dvo\u0159\u00e1kov\u00e1-N\u011bmcov\u00e1",
    "\u0416\u0430\u043d\u043d\u0430",
    "\u0645\u062d\u0645\u062f \u0639\u0628\u062f \u0627\u0644\u0631\u062d\u0645\u0646",
    "\U0001f4aa Bob",
]
WAYS = ["SMS", "SMS,VOICE", "SMS,WHATSAPP,EMAIL,VOICE"]
SHORT = "https://api.dataday.example/p/" + "a" * links.SHORT


@pytest.mark.covers("X-A-25", "X-A-29")
@pytest.mark.parametrize("key", ["consent.request", "consent.reminder"])
@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("note", ["", *NOTES])
def test_the_text_that_asks_has_two_segments_whoever_asks_whom(key, ways, name, note):
    variables = {"partner_name": name, "user_name": name, "goal": "", "most": "6", "ways": ways, "link": SHORT}
    asked = said(key, variables=variables | {"note": note}, first=True)
    assert (asked.segments, size(asked.text).segments) == (2, 2)
    for part in (
        language("en").channels(ways),
        SHORT,
        "at most 6 times a week",
        "Reply YES or NO",
        "Reply STOP to end, HELP for help",
        "rates may apply",
    ):
        assert part in asked.text


def test_names_are_cut_to_letters_that_every_phone_has_before_a_text_grows():
    variables = {"partner_name": "Zo\u00eb", "goal": "", "most": "6", "ways": WAYS[1], "link": SHORT}
    czech = said("consent.request", variables=variables | {"user_name": "\u017dofie"}).text
    assert czech.startswith("Hi Zoe, this is Dataday. Zofie asks for your support")
    assert (
        "Somebody you know asks for"
        in said("consent.request", variables=variables | {"user_name": "\u0416\u0430\u043d"}).text
    )


@pytest.mark.covers("X-A-25", "X-A-29")
@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("name", ["Ada", "\u0141" * 60])
def test_the_users_own_words_go_where_there_is_room_and_never_keep_the_question_back(note, name):
    old = (
        "https://abcdefghij.execute-api.us-east-1.amazonaws.com/v1/partner/ptn_"
        + "0" * 26
        + ".0.1772366400."
        + "s" * 43
    )
    long = {"partner_name": "G" * 80, "ways": "SMS,EMAIL,WHATSAPP,VOICE"}
    asked = said("consent.request", variables=EVERYTHING | long | {"user_name": name, "note": note, "link": old})
    assert asked.segments <= 4
    assert old in asked.text
    short = {"partner_name": "Max", "user_name": "Ada", "goal": "", "most": "6", "ways": "SMS", "link": SHORT}
    with_room = said("consent.request", variables=short | {"note": "You get me going."})
    assert 'They say: "You get me going."' in with_room.text
    in_mail = said("consent.request", Channel.EMAIL, variables=short | {"note": note}).text
    assert f'Ada says: "{note}"' in in_mail


def test_without_a_note_the_text_that_asks_says_nothing_of_it():
    assert "says" not in said("consent.request", variables={k: v for k, v in EVERYTHING.items() if k != "note"}).text


@pytest.mark.covers("X-A-07", "X-A-08")
def test_the_confirmation_of_a_stop_promises_no_help_that_a_stopped_number_does_not_get():
    confirmed = said("service.stopped").text
    contact = brand(Product.GOALS).contact
    no_more = "Dataday: you get no more messages from us. Reply START to get them again."
    assert confirmed == f"{no_more} For help write to {contact}."


@pytest.mark.covers("X-A-08")
def test_help_tells_who_writes_how_often_at_what_cost_and_whom_to_ask():
    contact = brand(Product.GOALS).contact
    for part in ("Dataday:", "Msg frequency varies", "Msg & data rates may apply", f"Write to {contact} for help"):
        assert part in said("service.help").text
