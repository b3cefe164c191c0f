"""The page of a partner: what they may see, answer and choose, without an account (S-A-40)."""
