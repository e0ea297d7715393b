"""What a person can do: one straight function an act."""
