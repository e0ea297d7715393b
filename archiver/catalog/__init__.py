"""The database beside the vault: the only room that speaks SQLAlchemy."""
