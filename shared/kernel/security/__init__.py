"""Keys, tokens, passwords and signatures."""
