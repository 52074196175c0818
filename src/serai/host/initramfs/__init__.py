"""Who makes a host's initramfs: its own configuration, its images, how they are made anew and listed."""
