"""What was sent and what was answered, word for word."""
