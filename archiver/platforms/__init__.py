"""One file a platform: pure readers, no network, no clock, no writing."""
