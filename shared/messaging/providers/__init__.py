"""The ways out: one adapter for each provider, as ``shared.messaging.outgoing`` describes them."""
