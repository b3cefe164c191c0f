"""Values that every template can be filled with: those of ``docs/texts.md``, without what is told only sometimes."""

from infra.documents.texts import VALUES

PEOPLE = {name: VALUES[name] for name in ("partner_name", "user_name", "goal", "day")} | {"days": "2"}
_SOMETIMES = {"texted", "followed_up"}
EVERYTHING = {name: value for name, value in VALUES.items() if name not in _SOMETIMES} | {"note": "Please?"}
