"""What people type: texts that are read (``reading``), what looks like a link in them (``links``), mail addresses."""
