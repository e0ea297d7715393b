"""The catalog's migrations, one file a step."""
