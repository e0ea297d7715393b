"""What each city has promised."""
