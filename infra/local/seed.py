"""What a fresh local stack holds: accounts to log in with, a shop, categories. Twice changes nothing (S-O-02).

Prints the demo accounts as one JSON list. Their passwords are public: this never runs against AWS.
"""

import json
import os
import sys
from contextlib import suppress

from infra.local.clock import local_clock
from infra.stages import LOCAL_SETTINGS
from shared.identity.seeding import ensure_account
from shared.kernel.versions import OtherVersion, Seen
from shared.live import categories
from shared.messaging.operating import register_sender
from shared.messaging.operator_schemas import SenderChange
from shared.payments.seeding import ensure_prices

STAGE = "local"

PASSWORD = "Well-spring-2026!"

ACCOUNTS = (
    ("admin@wellspring.example", "Ada Admin", "admin"),
    ("carla@wellspring.example", "Carla Creator", "creator"),
    ("chris@wellspring.example", "Chris Creator", "creator"),
    ("gina@wellspring.example", "Gina Guide", "guide"),
    ("vera@wellspring.example", "Vera Viewer", "viewer"),
    ("victor@wellspring.example", "Victor Viewer", "viewer"),
    ("viola@wellspring.example", "Viola Viewer", "viewer"),
)


def main() -> None:
    """Seed the stage ``local`` through the endpoint that the environment names."""
    if "AWS_ENDPOINT_URL" not in os.environ:
        sys.exit("the seed writes accounts with public passwords: it only runs against a local endpoint")
    os.environ["WELLSPRING_STAGE"] = STAGE
    now = local_clock().now()
    accounts = [
        {
            "email": email,
            "password": PASSWORD,
            "displayName": name,
            "roles": sorted({"viewer", role}),
            "userId": ensure_account(email, PASSWORD, name, [role], now),
        }
        for email, name, role in ACCOUNTS
    ]
    ensure_prices(now)
    categories.ensure()
    # Without it the gate lets no text to the USA through, as on a new stage.
    registered = SenderChange(sender=LOCAL_SETTINGS["twilio_messaging_service"], status="REGISTERED")
    with suppress(OtherVersion):
        register_sender(registered, Seen(0), admin_id="seed", now=now)
    print(json.dumps(accounts))


if __name__ == "__main__":
    main()
