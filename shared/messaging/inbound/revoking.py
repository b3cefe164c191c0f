"""Sentences that may take consent back, or come from somebody else than we think (X-A-06, X-A-36). Pure.

Sentences are not understood: what looks like it goes to a person, who decides. It is better to ask once too often.
"""

import re

_CONTACT = (
    r"(?:te?xt|messag|msg|sms|call|contact|e ?mail|writ|send|bother|disturb|phone|ring|notif(?:y|ication)|reminder"
    r"|communicat(?:e|ion)|alert)(?:es?|s|t?ing|ed)?"
)
_OTHERS = r"(?! (?:him|her|them|it)\b)"
_NOT = r"(?<!don t )(?<!not )(?<!never )(?<!won t )(?<!can t )(?<!didn t )"
_STOP = r"(?:stop|quit|cease|end|discontinue|halt)(?:s|ping|ting|ing)?"
_NEVER = r"(?:don t|dont|do not|never|no longer|not|wouldn t|would not)"
_WISH = r"(?:want(?:ed)?|wish(?:ed)?|care|like|need|agree|consent|prefer|interested|ask(?:ed)?|subscribed?)"
_GET = r"(?:receiv(?:e|ing)|get(?:ting)?|hear(?:ing)?|be contacted|be reached)"
_THIS = r"(?:this|these|those|your|you|anything|any ?more|any ?longer|part|from)"
_PHONE = r"(?:number|phone|cell|cellphone|mobile|line)"
_IS_NOT = r"(?:is not|isn t|isnt|s not|ain t|aint|is no longer|s no longer|is nt)"

_REVOKING = re.compile(
    "|".join(
        (
            rf"{_NOT}\b{_STOP}\b(?: \w+){{0,4}} {_CONTACT}\b{_OTHERS}",
            r"\b(?:please|pls|plz|just) stop$|^stop (?:please|pls|plz|it|this|that|now|already)\b",
            rf"{_NOT}\bstop (?:this|that|these|it)$|\b(?:stop|quit|cease) (?:receiving|getting|sending)\b",
            r"\b(?:discontinue|cease)\b(?: \w+)? (?:this|these|all|desist)\b",
            rf"^(?:please )?(?:discontinue|cease|i revoke)$|\bcancel (?:\w+ )?{_CONTACT}\b",
            r"\b(?:want|like) to (?:end this|be (?:removed|taken off)|leave the team)\b",
            # The word itself with something before or after it: a greeting, a signature, a question.
            r"^stop\b(?! (?:by|in|over|at)\b)(?! \w+ing\b)",
            rf"{_NOT}(?<!t )\bstop$",
            r"^(?:cancel|unsubscribe|remove|quit|end) (?:please|pls|plz|now|this|it|thanks|thank you)$|^no more$",
            rf"\b(?:don t|dont|do not|never|not to)\b(?: \w+){{0,2}} {_CONTACT}\b{_OTHERS}",
            rf"\bno (?:more|further|longer)\b(?: \w+){{0,3}} {_CONTACT}\b{_OTHERS}",
            rf"\b(?:enough|done|sick|tired|refrain) (?:of|with|from)(?: \w+){{0,3}} {_CONTACT}\b{_OTHERS}",
            rf"\bturn(?: off)?(?: \w+){{0,2}} (?:{_CONTACT}|these|this)\b(?: off\b)?",
            r"\b(?:remove|delete|take|erase|get) (?:me|my)\b|\b(?:remove|delete|take|erase)\b(?: \w+){1,2} (?:me|my)\b",
            rf"\b(?:remove|delete|erase|block)\b(?: \w+){{0,3}} {_PHONE}\b|\btake (?:me|us|this|that)\b(?: \w+)? off\b",
            r"\buns+ub?s?(?:cri(?:be?d?|bing))?\b|\bopt(?:ing|ed)? ?(?:me )?out\b|\bcount me out\b|\bi want out\b",
            r"\b(?:revoke|withdraw|take back|cancel)\b(?: \w+){0,3} (?:consent|permission|agreement|subscription)\b",
            r"\b(?:do not|don t|dont|never|didn t|did not|no longer) (?:consent|agree)(?:e?d)?\b",
            r"\b(?:never|didn t|did not|don t remember) (?:sign(?:ed|ing)? up|subscrib(?:ed?|ing))\b",
            r"\b(?:never|didn t|did not) g[ai]ve\b(?: \w+){0,3} permission\b",
            rf"\b{_NEVER} (?:\w+ )?{_WISH}\b(?: \w+){{0,6}} {_GET} (?:\w+ )?{_THIS}\b",
            rf"\b{_NEVER} (?:\w+ )?{_WISH}\b(?: \w+){{0,6}} {_CONTACT}\b{_OTHERS}",
            rf"\b{_NEVER} (?:\w+ )?(?:want|wish|care for|need|get|receive)(?: \w+){{0,2}} (?:this|these|part)\b",
            rf"\b(?:rather|prefer) not\b(?: \w+){{0,3}} (?:{_GET}|{_CONTACT})\b{_OTHERS}",
            rf"\bkeep(?:s)? (?:on )?{_CONTACT} (?:me|us)\b|\bwant you to (?:stop|quit|cease)\b",
            r"\bleave me (?:alone|be|out)\b|\b(?:lose|forget) (?:my|this) number\b|\b(?:not|no longer) interested\b",
            r"\b(?:get lost|go away|fuck off|nothing to do with this)\b|^(?:block me|no mas|parar|please don t)$",
            r"\b(?:spam|spamming|harass|harassing|harassment)\b",
            # Somebody else than we think.
            r"\bwrong (?:number|person|phone)\b|\bnot my number\b",
            r"\b(?:have|got|ve|reached|text(?:ed|ing)) the wrong\b(?! idea\b)",
            rf"\b(?:this|it|that|number|phone) {_IS_NOT}(?: \w+){{0,3}} {_PHONE}\b",
            rf"\b{_PHONE} (?:(?:no longer|doesn t|does not|is not|isn t|used to)\b(?: \w+)? belong|belongs to)",
            rf"\b(?:don t|dont|do not|never) use (?:this|my) {_PHONE}\b|\bnew phone who\b",
            rf"\b(?:no longer|doesn t|does not|isn t|is not)\b(?: \w+){{1,3}} (?:this|that) {_PHONE}\b",
            r"\b(?:changed|has) (?:his|her|their|a new|a different) numbers?\b",
            r"\b(?:no ?(?:one|body)|person|no \w+|someone) (?:here )?(?:by that name|(?:named|called) \w+)\b",
            r"\bno \w+ at this number\b",
            r"\b(?:doesn t|does not|no longer) (?:live|work)s? here\b",
            r"\b(?:don t|dont|do not) know (?:any|anyone (?:named|called|by)|this person)\b",
        )
    )
)
"""In words without case, accents and signs."""

_ESCRIBIR = r"(?:escrib|mand|envi|llam|contact|molest|avis|notifi)\w*"
_MENSAJES = r"(?:mensajes?|avisos?|llamadas?|textos?)"
_NUMERO = r"(?:numero|telefono|celular)"
_SPANISH = re.compile(
    "|".join(
        (
            # What is asked of us stands in the subjunctive: "no me escriban"; "no me escribe" is about somebody else.
            r"\bno (?:me|nos) (?:\w+ )?(?:escriba|mande|envie|llame|contacte|moleste|avise|notifique)[ns]?\b",
            rf"\bno (?:quiero|deseo|quisiera)(?: \w+){{0,3}} (?:recibi\w*|{_MENSAJES}|me {_ESCRIBIR})\b",
            rf"\b(?:dej(?:a|e|en|ar)|paren?|basta) (?:ya )?de {_ESCRIBIR}\b|\bno mas {_MENSAJES}\b",
            r"\bdej(?:a|e|en)(?:me|nos) (?:en paz|tranquil[oa]s?)\b|\b(?:de|darme|denme|dame|deme) (?:\w+ )?baja\b",
            rf"\b(?:quit|borr|elimin|saqu)(?:e|en|a)(?:me|nos)\b|\b(?:quit|borr|elimin)\w+ mi {_NUMERO}\b",
            r"\b(?:numero|persona|telefono) equivocad[oa]\b|\bequivoc\w+ de (?:numero|persona|telefono)\b",
            rf"\b(?:este|ese) no es (?:el|su|mi) {_NUMERO}\b|\bno conozco a (?:nadie|esa persona|ese)\b",
        )
    )
)
"""The same in Spanish."""

_NO_NAMES = (
    "a about acceptable actually all always an and any anymore anything as at available back bad because best "
    "cool correct convenient easy enough ever everything exactly fair fine for free from fun funny going good great "
    "happening happy hard healthy her here him his home how i if important in it just like likely looking me mine much "
    "my necessary new nice normal now off ok okay on one only or our over possible quite ready really right she so "
    "something soon sure surprising that the their them there this to today tomorrow tonight too true unusual up "
    "urgent useful usual very what when where who why with working worth wrong yet your yours "
    "monday tuesday wednesday thursday friday saturday sunday"
)
_NAME = rf"(?!(?i:{'|'.join(_NO_NAMES.split())})\b|(?i:\w+ing)\b|\w+ s\b)"
_NOT_ME = rf"(?i:\bthis {_IS_NOT}|\bi m not|\bi am not|\bim not)"
_SOMEBODY_ELSE = re.compile(
    rf"{_NOT_ME} {_NAME}[A-Z][a-z]+\b|(?i:\bno) {_NAME}[A-Z][a-z]+ (?i:here)\b"
    rf"|(?i:\bthis {_IS_NOT}) {_NAME}\w+(?: (?i:sorry|anymore|any more|dude|man|lol))?$"
    rf"|^(?i:no |sorry )*(?i:not) {_NAME}[A-Z][a-z]+$"
)
"""``This isn't Bob``, in words that kept their case: what stands there is no common word."""


def may_revoke(words: str) -> bool:
    """Tell whether words without accents and signs, in their own case, need a person to read them."""
    plain = words.casefold()
    return any(found.search(plain) for found in (_REVOKING, _SPANISH)) or _SOMEBODY_ELSE.search(words) is not None
