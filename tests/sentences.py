"""Values that every template can be filled with."""

PEOPLE = {
    "partner_name": "Maria",
    "user_name": "Ada",
    "goal": "morning run",
    "day": "2026-11-22",
    "days": "2",
}
EVERYTHING = PEOPLE | {
    "days": "4",
    "note": "Please?",
    "ways": "SMS,EMAIL,VOICE",
    "most": "6",
    "link": "https://api.example/p/abcdefghijkl",
    "balance": "4.5",
    "choices": '["Ada", "Bob"]',
    "amount": "9.99 USD",
    "credits": "100",
}
