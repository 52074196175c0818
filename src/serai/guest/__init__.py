"""Ways into a guest: seed, keys, SSH, readiness, synced folders."""
