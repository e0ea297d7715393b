"""How records go out."""
