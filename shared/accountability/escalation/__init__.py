"""What follows missed days: policies, steps, contacts, answers."""
