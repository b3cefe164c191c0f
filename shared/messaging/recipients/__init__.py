"""Who may be reached, how, and what they agreed to: directory, consent, suppression, preferences."""
