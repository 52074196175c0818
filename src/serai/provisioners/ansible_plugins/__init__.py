"""What Ansible itself loads: its own kind of modules."""
