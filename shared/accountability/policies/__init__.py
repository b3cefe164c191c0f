"""Escalation policies: which steps a missed day has, in versions that are never changed (X-A-16)."""
