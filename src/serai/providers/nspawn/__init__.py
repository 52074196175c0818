"""Containers of systemd-nspawn: by systemd where it runs the host, else as processes of serai's own."""
