"""What every domain stands on: declarations, storage, events, time, money and the live hub."""
