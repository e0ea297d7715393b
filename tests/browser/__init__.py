"""Pages that travel with an answer, run in a real browser."""
