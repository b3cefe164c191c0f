"""The table of a deployment in which everything is filled in."""

from typing import Any

VALUES: dict[str, Any] = {
    "mail_domain": "quelle.de",
    "origins": ["https://quelle.de"],
    "alarm_address": "wache@quelle.de",
    "settings": {"livekit_url": "wss://quelle.livekit.cloud", "mail_sender": "hallo@quelle.de"},
    "brands": {
        "owner": "Quelle GmbH",
        "address": "Am Brunnen 1, 80331 München",
        "contact": "hilfe@quelle.de",
        "privacy": "https://quelle.de/datenschutz",
        "terms": "https://quelle.de/agb",
        "accounts": {"name": "Quelle", "home": "https://quelle.de"},
        "goals": {"name": "Tag für Tag", "home": "https://tag.quelle.de", "contact": "tag@quelle.de"},
        "streams": {"name": "Quelle Live", "home": "https://live.quelle.de"},
    },
}
