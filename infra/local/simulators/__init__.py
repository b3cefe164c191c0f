"""Local servers that imitate the providers Wellspring talks to; see `docs/simulators.md`."""
