"""Streams: who broadcasts, who watches, and what a minute of it costs."""
