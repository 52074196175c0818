"""How a host is reached: this one, a tree of a host's files, or another one over SSH."""
