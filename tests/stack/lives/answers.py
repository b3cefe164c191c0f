"""What people write back, in their own words, and what they hear then."""

from tests.stack.village import SOON, Moments, Village, plain


def a_mother_says_yes_please(village: Village) -> Moments:
    """She is asked, says yes in her own words, and hears what she was promised."""
    ada, mum = village.user("Ada"), village.person("Mum")
    ada.sets_a_goal("Morning run")
    ada.logs()
    ada.names(mum, relationship="parent")
    yield SOON
    assert plain(mum.words())[-1] == (
        "Hi Mum, this is Dataday. Ada asks for your support with a daily goal. May we reach you by text, at most "
        "6 times a week? Reply YES or NO, or see LINK Reply STOP to end, HELP for help. Msg&data rates may apply."
    )
    mum.writes("Yes please!")
    yield SOON
    assert mum.last == (
        "Thanks! You're now supporting Ada. Dataday will write only when days are missed or something went well. "
        "Reply STOP anytime."
    )
    assert ada.sees(mum)["status"] == "ACTIVE"


LIVES = {"a mother says yes please": a_mother_says_yes_please}
