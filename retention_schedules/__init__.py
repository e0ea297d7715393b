"""How long a record is kept, and by what law."""
