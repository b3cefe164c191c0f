"""The table of accountability, and the partitions that its parts share."""

from dataclasses import dataclass, fields

from shared.kernel.storage.table import DUE, Index, Table

DOMAIN = "accountability"

CASES = Index("cases", "case_status", "opened_at", numeric=True, include=("kind",))
"""The staff's queue, of all kinds or one (``team.items.Case``)."""

ACTIVE = Index("active", "active_shard", "active_key", include=("due_shard", "due_at", "closes_at"))
"""Goals that must have a deadline: the auditor walks them page by page (``goals.items.Goal``)."""

GUIDED = Index("guided", "guide_id", "user_id")
"""The users of a guide (S-A-09, ``goals.items.Member``)."""

TABLE = Table(DOMAIN, indexes=(DUE, CASES, ACTIVE, GUIDED))


def user_pk(user_id: str) -> str:
    """Return the partition of a user: their settings, goals, partners, timeline."""
    return f"USER#{user_id}"


def goal_pk(goal_id: str) -> str:
    """Return the partition of a goal: its days, escalations, steps, contacts."""
    return f"GOAL#{goal_id}"


def run_topic(goal_id: str, missed_since: str) -> str:
    """Return the topic of one run of missed days: closed by a log and whatever else ends the run."""
    return f"run:{goal_id}:{missed_since}"


def day_topic(goal_id: str, day: str) -> str:
    """Return the topic of one missed day: closed by an acknowledgement."""
    return f"day:{goal_id}:{day}"


ABOUT = "contact:"


@dataclass(frozen=True, slots=True)
class ContactKey:
    """What names a contact: never two with one recipient in one step (X-A-35)."""

    goal_id: str
    date: str
    step: str
    recipient_id: str

    @property
    def pk(self) -> str:
        """The partition."""
        return goal_pk(self.goal_id)

    @property
    def sk(self) -> str:
        """The sort key."""
        return f"CONTACT#{self.date}#{self.step}#{self.recipient_id}"

    @property
    def about(self) -> str:
        """What messaging knows the matter by, and its message's key."""
        return f"{ABOUT}{self.goal_id}#{self.date}#{self.step}#{self.recipient_id}"


def key_of(about: str | None) -> ContactKey | None:
    """Return the contact that a message is about, ``None`` for one of another matter."""
    if about is None or not about.startswith(ABOUT):
        return None
    parts = about.removeprefix(ABOUT).split("#")
    return ContactKey(*parts) if len(parts) == len(fields(ContactKey)) else None
