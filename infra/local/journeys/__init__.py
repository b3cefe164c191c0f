"""Stories that real users play against the running local stack, told step by step."""
