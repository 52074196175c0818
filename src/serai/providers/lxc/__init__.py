"""Containers of LXC: made from templates, images, archives; one readable directory each, below LXC's own path."""
