"""What those who run the system do: budgets, senders, suppressions, what went out to somebody."""
