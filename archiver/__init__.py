"""How content gets in, and is kept."""
