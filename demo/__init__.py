"""A fictional city and its downloads: the main job, run end to end by `make demo`."""
