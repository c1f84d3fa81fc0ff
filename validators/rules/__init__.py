"""Rules that no schema can say, and which of them hold where."""
