"""The `xen` provider: guests of a dom0 by its xl, here or over SSH; by libvirt where that is asked for (XEN-1)."""
