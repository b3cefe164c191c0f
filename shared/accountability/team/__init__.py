"""The people behind a user: partners, their consent, their page; and the staff's cases."""
