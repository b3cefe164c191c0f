"""A local imitation of a LiveKit server: its RoomService, participants who join and leave, and signed webhooks."""
