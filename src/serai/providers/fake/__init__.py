"""Machines that are only pretended, with delays and faults on demand: for tests and demonstrations."""
