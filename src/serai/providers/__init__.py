"""One package a hypervisor, engine or platform. They never import one another."""
