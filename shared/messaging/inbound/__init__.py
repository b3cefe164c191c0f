"""What comes back: what providers tell of our messages, and what people answer."""
