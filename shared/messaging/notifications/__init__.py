"""The in-app inbox: what a user finds in the product itself (S-N-01 to S-N-06)."""
