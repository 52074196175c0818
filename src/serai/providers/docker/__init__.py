"""Containers by docker, and by podman over its docker-compatible socket (DOC-1, DOC-2, VAG-2)."""
