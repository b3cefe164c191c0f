"""Wording: templates of messages, in the code and in the table, and how they are checked and counted."""
