"""Containers of libvirt's own driver, `lxc:///`: records, networks and verbs are those of its machines (VAG-3)."""
