"""Compose files → spec: services become machines, with the networks, volumes and files that they name."""
