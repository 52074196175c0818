"""The `libvirt` provider: any URI that libvirt can open, system or session, local or by SSH and TLS."""
