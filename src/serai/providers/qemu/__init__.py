"""QEMU itself: no daemon, no root, one readable directory a machine."""
