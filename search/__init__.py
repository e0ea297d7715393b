"""How a record is found."""
