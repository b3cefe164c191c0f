"""What people write back, in their own words, and what they hear then."""

from infra.local.client import demo_user
from tests.stack.lives.texts import (
    AGREED,
    ASKED,
    CHECK_IN,
    DONE,
    MISSED,
    REFUSED,
    SAID_NO,
    SPANISH,
    SUPPORTS,
    UNCLEAR,
    WHO,
    WILL_DO,
    said,
)
from tests.stack.village import SOON, Moments, Person, Village, plain


def a_mother_says_yes_please(village: Village) -> Moments:
    """She is asked, says yes in her own words, and hears what she was promised."""
    ada, mum = village.user("Ada"), village.person("Mum")
    ada.asks(mum, relationship="parent")
    yield SOON
    assert plain(mum.words()) == said(ASKED, user="Ada", partner="Mum")
    mum.writes("Yes please!")
    yield SOON
    assert plain(mum.words()) == said(ASKED, AGREED, user="Ada", partner="Mum")
    assert ada.sees(mum)["status"] == "ACTIVE"
    assert ada.notices() == [SUPPORTS.format(partner="Mum")]
    assert ada.timeline() == [
        "Mum said yes: they back you now. They wrote: “Yes please!”",
        "Mum was asked whether they back you.",
    ]


def friends_say_sure_y_and_a_thumb(village: Village) -> Moments:
    """Three friends of one user answer as people do; each hears the same, once."""
    bea = village.user("Bea")
    answers = {village.person("Tim"): "Sure", village.person("Uma"): "Y", village.person("Vic"): "👍"}
    bea.asks(*answers)
    yield SOON
    for friend, words in answers.items():
        friend.writes(words)
    yield SOON
    for friend in answers:
        assert plain(friend.words()) == said(ASKED, AGREED, user="Bea", partner=friend.name)
        assert bea.sees(friend)["status"] == "ACTIVE"
    assert sorted(bea.notices()) == [SUPPORTS.format(partner=name) for name in ("Tim", "Uma", "Vic")]


def a_spanish_aunt_says_si_claro(village: Village) -> Moments:
    """She reads and writes Spanish only: the request, the thanks, the news, the ask and what follows it."""
    cora, aunt = village.user("Cora"), village.person("Tía Rosa")
    cora.asks(aunt, language="es")
    yield SOON
    aunt.writes("Sí, claro")
    yield village.at(2, 8, 30)
    yield village.at(3, 8, 30)
    aunt.writes("lo haré, gracias")
    yield SOON
    aunt.writes("¿Quién es?")
    yield SOON
    assert plain(aunt.words()) == SPANISH
    assert cora.contacts()[0]["responseReceived"] == "ACCEPTED"
    assert cora.sees(aunt)["status"] == "ACTIVE"


def an_uncle_asks_who_is_this(village: Village) -> Moments:
    """He learns who writes, for whom and how to end it, and then agrees."""
    dan, uncle = village.user("Dan"), village.person("Uncle Joe")
    dan.asks(uncle)
    yield SOON
    uncle.writes("who is this?")
    yield SOON
    assert plain(uncle.words()) == said(ASKED, WHO, user="Dan", partner="Uncle Joe")
    assert dan.sees(uncle)["status"] == "INVITED"
    uncle.writes("ok sure")
    yield SOON
    assert plain(uncle.words()) == said(ASKED, WHO, AGREED, user="Dan", partner="Uncle Joe")
    assert dan.sees(uncle)["status"] == "ACTIVE"
    assert dan.notices() == [SUPPORTS.format(partner="Uncle Joe")]


def a_colleague_says_no_thanks(village: Village) -> Moments:
    """A no is a no: they hear so once, and nothing more in fifteen days; the user reads it in plain words."""
    eve, colleague = village.user("Eve"), village.person("Sam")
    eve.asks(colleague, relationship="coworker")
    yield SOON
    colleague.writes("no thanks")
    yield SOON
    assert plain(colleague.words()) == said(ASKED, REFUSED, user="Eve", partner="Sam")
    yield village.at(3, 20)
    yield village.at(7, 20)
    yield village.at(15, 20)
    assert plain(colleague.words()) == said(ASKED, REFUSED, user="Eve", partner="Sam")
    assert eve.sees(colleague)["status"] == "DECLINED"
    assert [one for one in eve.notices() if "Sam" in one] == [SAID_NO.format(partner="Sam")]
    about_sam = [one for one in eve.timeline() if "Sam" in one]
    assert about_sam == [
        "Sam would rather not back you. They wrote: “no thanks”",
        "Sam was asked whether they back you.",
    ]
    assert eve.contacts() == []


def a_friend_is_unclear_once(village: Village) -> Moments:
    """Whoever says neither yes nor no is asked once what they mean."""
    fay, friend = village.user("Fay"), village.person("Kim")
    fay.asks(friend)
    yield SOON
    friend.writes("maybe if it is not too much")
    yield SOON
    assert plain(friend.words()) == said(ASKED, UNCLEAR, user="Fay", partner="Kim")
    asked = ["Kim wrote back to your invitation, but said neither yes nor no.", "Kim was asked whether they back you."]
    assert fay.timeline() == asked
    friend.writes("YES")
    yield SOON
    assert plain(friend.words()) == said(ASKED, UNCLEAR, AGREED, user="Fay", partner="Kim")
    assert fay.sees(friend)["status"] == "ACTIVE"
    assert fay.notices() == [SUPPORTS.format(partner="Kim")]
    assert fay.timeline() == ["Kim said yes: they back you now. They wrote: “YES”", *asked]


def staff_read_what_stays_unclear(village: Village) -> Moments:
    """Unclear twice is read by a person; what they decide is told to whoever wrote, as if they had said it."""
    gus, friend, admin = village.user("Gus"), village.person("Lou"), demo_user(village.stack, "admin")
    gus.asks(friend)
    yield SOON
    friend.writes("hm, depends what it takes")
    yield SOON
    friend.writes("well if it helps him somehow")
    yield SOON
    assert plain(friend.words()) == said(ASKED, UNCLEAR, user="Gus", partner="Lou")
    found = admin.call("GET", "/v1/admin/reviews", api="adminApi", limit=50).data
    mine = [one for one in found if friend.id in one["recipientIds"]]
    assert [(one["kind"], one["question"], one["status"]) for one in mine] == [("UNCLEAR", "CONSENT", "OPEN")]
    assert mine[0]["text"] == "well if it helps him somehow"
    decision = {"decision": "YES", "note": "He agrees, in his way."}
    decided = admin.call("POST", f"/v1/admin/reviews/{mine[0]['id']}/decide", decision, api="adminApi")
    assert decided.status == 200, decided.body
    yield SOON
    assert plain(friend.words()) == said(ASKED, UNCLEAR, AGREED, user="Gus", partner="Lou")
    assert gus.sees(friend)["status"] == "ACTIVE"
    assert gus.notices() == [SUPPORTS.format(partner="Lou")]


def a_sister_will_do_and_has_done(village: Village) -> Moments:
    """Asked to check in, she says that she will and later that she has: nobody asks her again that day."""
    hal, sister = village.user("Hal"), village.person("Zoe")
    hal.asks(sister, relationship="sibling")
    yield SOON
    sister.writes("Y")
    yield village.at(2, 8, 30)
    assert plain(sister.words()) == said(ASKED, AGREED, MISSED, user="Hal", partner="Zoe")
    yield village.at(3, 8, 30)
    assert plain(sister.words()) == said(ASKED, AGREED, MISSED, CHECK_IN, user="Hal", partner="Zoe")
    sister.writes("ok will do!!")
    yield SOON
    assert hal.contacts()[0]["responseReceived"] == "ACCEPTED"
    sister.writes("done")
    yield village.at(3, 20)
    whole = said(ASKED, AGREED, MISSED, CHECK_IN, WILL_DO, DONE, user="Hal", partner="Zoe")
    assert plain(sister.words()) == whole
    assert [(one["name"], one["responseReceived"]) for one in hal.contacts()] == [("Zoe", "DONE"), ("Zoe", None)]
    assert hal.timeline() == [
        "Zoe has checked in with you. They wrote: “done”",
        "Zoe will check in with you. They wrote: “ok will do!!”",
        "Zoe was asked to check in with you: you missed 2 days.",
        "Zoe was told that you missed a day.",
        "Zoe said yes: they back you now. They wrote: “Y”",
        "Zoe was asked whether they back you.",
    ]
    assert hal.notices() == [SUPPORTS.format(partner="Zoe")]


def _father_of_two(village: Village, names: tuple[str, str], answer: str) -> Moments:
    children, dad = [village.user(name) for name in names], village.person("Dad")
    doubles = []
    for child in children:
        again = Person("Dad", dad.address, village)
        child.asks(again, relationship="parent")
        doubles.append(again)
    yield SOON
    assert sorted(plain(dad.words())) == sorted(said(ASKED, user=name, partner="Dad")[0] for name in names)
    dad.writes("yes")
    yield SOON
    which = [
        f"Dataday: who is this about? Reply 1 for {one}, 2 for {two}, 3 for both." for one, two in (names, names[::-1])
    ]
    assert dad.words()[2:] in ([which[0]], [which[1]])
    dad.writes(answer)
    yield SOON
    return children, doubles, dad


def a_father_of_two_says_both(village: Village) -> Moments:
    """Asked about two children, he says yes; asked which, he says both: each is told, he hears of each."""
    children, doubles, dad = yield from _father_of_two(village, ("Ida", "Jon"), "Both of them")
    assert sorted(plain(dad.words()[3:])) == sorted(said(AGREED, user=name, partner="")[0] for name in ("Ida", "Jon"))
    for child, double in zip(children, doubles, strict=True):
        assert child.sees(double)["status"] == "ACTIVE"
        assert child.notices() == [SUPPORTS.format(partner="Dad")]


def a_father_of_two_names_one(village: Village) -> Moments:
    """Asked which, he says a first name: it is about that child alone; the other still waits."""
    (kai, lea), (of_kai, of_lea), dad = yield from _father_of_two(village, ("Kai", "Lea"), "lea")
    assert dad.words()[3:] == said(AGREED, user="Lea", partner="")
    assert (kai.sees(of_kai)["status"], lea.sees(of_lea)["status"]) == ("INVITED", "ACTIVE")
    assert (kai.notices(), lea.notices()) == ([], [SUPPORTS.format(partner="Dad")])
    dad.writes("and Kai too")
    yield SOON
    assert dad.words()[4:] == said(UNCLEAR, user="Kai", partner="")
    dad.writes("yes")
    yield SOON
    assert dad.words()[5:] == said(AGREED, user="Kai", partner="")
    assert kai.notices() == [SUPPORTS.format(partner="Dad")]


def an_aunt_says_no_to_an_ask(village: Village) -> Moments:
    """A bare no is about what she was asked last: she cannot this time, and stays on the team."""
    ned, aunt = village.user("Ned"), village.person("Ida")
    ned.asks(aunt)
    yield SOON
    aunt.writes("Yes")
    yield village.at(2, 8, 30)
    yield village.at(3, 8, 30)
    assert plain(aunt.words()) == said(ASKED, AGREED, MISSED, CHECK_IN, user="Ned", partner="Ida")
    aunt.writes("No.")
    yield SOON
    assert aunt.last == "Dataday: thanks for telling us. You need not do anything more about Ned now."
    assert ned.sees(aunt)["status"] == "ACTIVE"
    assert ned.contacts()[0]["responseReceived"] == "CANNOT"
    assert "Ida cannot check in with you this time. They wrote: “No.”" in ned.timeline()[:2]


LIVES = {
    "a mother says yes please": a_mother_says_yes_please,
    "friends say sure, Y and a thumb": friends_say_sure_y_and_a_thumb,
    "a Spanish aunt says sí, claro": a_spanish_aunt_says_si_claro,
    "an uncle asks who this is and agrees": an_uncle_asks_who_is_this,
    "a colleague says no thanks": a_colleague_says_no_thanks,
    "a friend is unclear once": a_friend_is_unclear_once,
    "staff read what stays unclear": staff_read_what_stays_unclear,
    "a sister will do and has done": a_sister_will_do_and_has_done,
    "an aunt says no to an ask": an_aunt_says_no_to_an_ask,
    "a father of two says both": a_father_of_two_says_both,
    "a father of two names one": a_father_of_two_names_one,
}
