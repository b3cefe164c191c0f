"""A real browser for the tests of pages: headless Chromium, driven by its DevTools protocol."""
