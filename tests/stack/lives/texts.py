"""What partners get by text, as those who get it read it: written down a second time, links and days left out."""

ASKED = (
    "Hi {partner}, this is Dataday. {user} asks for your support with their goals. May we reach you by text, at most "
    "6 times a week? Reply YES or NO, or see LINK Reply STOP to end, HELP for help. Msg&data rates may apply."
)
AGREED = (
    "Thanks! You're now supporting {user}. Dataday will write only when days are missed, something went well or {user} "
    "sends word. Reply STOP anytime."
)
REFUSED = (
    "Thanks for telling us. You get nothing more about {user}, unless they ask you once more. If nobody should ask you "
    "through us, reply STOP."
)
UNCLEAR = (
    "Sorry, Dataday did not understand. May we write to you about {user}? Reply YES or NO. "
    "Reply STOP to end our messages."
)
WHO = (
    "We are Dataday. {user} gave us your number: may we tell you when they miss days of a goal? Reply YES or NO. "
    "Reply STOP to end our messages."
)
MISSED = (
    'Hi {partner}, this is Dataday. {user} missed logging their "Morning run" on DAY. You\'re part of their Social '
    "Accountability Network - thanks for supporting their success! 💪"
)
CHECK_IN = (
    'Hi {partner}, this is Dataday. {user} hasn\'t logged their "Morning run" progress for 2 days. Could you check in '
    "with them? Thanks for being part of their support team!\nReply 1: I'll check in, 2: done, 3: I can't."
)
WILL_DO = (
    "Dataday: thank you! We noted that you'll check in with {user}. Reply 2 when you have, or 3 if you can't after all."
)
DONE = "Dataday: thank you for checking in with {user}! You need not do anything more now."
CANNOT = "Dataday: thanks for telling us. You need not do anything more about {user} now."
STOPPED = "You are unsubscribed and will get no more messages. Reply START to resubscribe."
"""The provider's own answer to STOP, which leaves before one of ours could."""
STARTED = "You are subscribed again. Reply STOP to unsubscribe."
NOT_NEEDED = "Thank you from Dataday. {user} does not ask for your support at the moment, so you need not do anything."

SUPPORTS = "{partner} said yes: they are on your support team now."
LEFT = (
    "{partner} does not want messages about you any more, and gets none. Is there somebody else you would like to ask?"
)
STOPPED_ALL = (
    "{partner} stopped all messages from us, whoever they are about, and gets none. Is there somebody else you would "
    "like to ask?"
)
SAID_NO = "{partner} would rather not be on your support team. They get no messages from us about you."

SPANISH = [
    (
        "Hola Tia Rosa, somos Dataday. Cora te pide apoyo con sus metas. ¿Podemos avisarte por mensaje de texto, "
        "max. 6 veces por semana? Responde SI o NO, o abre LINK STOP para terminar, HELP para ayuda. "
        "Pueden aplicarse cargos."
    ),
    (
        "¡Gracias! Ahora apoyas a Cora. Dataday te escribira solo si se salta dias, logra algo o te manda un mensaje. "
        "Responde STOP cuando quieras."
    ),
    (
        'Hola Tia Rosa, somos Dataday. Cora no registro su "Morning run" DAY. Eres parte de su red de apoyo: '
        "¡gracias por ayudar a que lo logre!"
    ),
    (
        'Hola Tia Rosa, somos Dataday. Cora lleva 2 dias sin registrar su "Morning run". ¿Puedes preguntarle como va? '
        "¡Gracias por ser parte de su equipo de apoyo!\nResponde 1: lo haré, 2: ya lo hice, 3: no puedo."
    ),
    "Dataday: ¡gracias! Anotamos que hablaras con Cora. Responde 2 cuando lo hayas hecho, o 3 si al final no puedes.",
    (
        "Somos Dataday. Cora te eligio como apoyo y no registro una meta como tenia previsto. Responde 1: lo haré, "
        "2: ya lo hice, 3: no puedo. STOP para terminar."
    ),
]
"""All that the Spanish aunt gets: asked, thanked, told, asked to check in, thanked, and who we are."""


def said(*texts: str, user: str, partner: str) -> list[str]:
    """Return texts to somebody about somebody."""
    return [text.format(user=user, partner=partner) for text in texts]
