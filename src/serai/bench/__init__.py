"""`serai bench`: what a tuning gains on this host, measured in real guests, one variant beside the other."""
