"""The local stack: everything that runs on the developer's own machine."""
