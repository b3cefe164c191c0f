"""Goals, logs and the day engine."""
