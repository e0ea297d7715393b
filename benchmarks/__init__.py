"""Speed, as ratios in one run against a named rival."""
