"""Where the APIs are reached, as the document says it; a deployment has its own domain."""

SERVERS = {
    "public": {"url": "https://api.wellspring.example", "description": "For people and their clients."},
    "meter": {"url": "https://meter.wellspring.example", "description": "For the ticks of players."},
    "admin": {"url": "https://admin-api.wellspring.example", "description": "For operators."},
}
