"""What the platform itself declares: what every client may do, and what all domains share."""

from shared.kernel.domains import Domain, Generated, Rate

DOMAIN = Domain(
    name="platform",
    permissions={"viewer": frozenset({"realtime:connect"})},
    rates={"write": Rate(60, 60), "read": Rate(240, 60), "sensitive": Rate(20, 60 * 60)},
    secrets={"cursors": Generated("Signs the cursors of lists.")},
    channels=("shared.kernel.realtime.channels:USER",),
    hot=frozenset({"heartbeat", "relay_events"}),
    samples={
        "admin_id": "usr_01k0000000000000000000000c",
        "by": "usr_01k0000000000000000000000c",
        "event_id": "evt_1QwErTyUiOpAsDfG",
        "reason": "reported by three viewers",
        "session_id": "5e4f2f5e-0d5a-4b7e-9d9c-3f1e1a2b3c4d",
        "user_id": "usr_01k0000000000000000000000a",
        "version": 2,
    },
)
