"""From what somebody typed to the council responsible. Knows nothing of Flask or of records."""
