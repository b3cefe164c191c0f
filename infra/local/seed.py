"""What a fresh local stack holds: accounts to log in with, and what domains put there. Twice changes nothing (S-O-02).

Prints the demo accounts as one JSON list. Their passwords are public: this never runs against AWS.
"""

import json
import os
import sys

from infra.local.clock import local_clock
from infra.stages import local_settings
from shared.identity.seeding import ensure_account
from shared.kernel.config import variable
from shared.kernel.domains import domains, named

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
    os.environ |= {variable(name): value for name, value in local_settings().items()}
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
    for domain in domains():
        if domain.local_seed:
            named(domain.local_seed)(now)
    print(json.dumps(accounts))


if __name__ == "__main__":
    main()
