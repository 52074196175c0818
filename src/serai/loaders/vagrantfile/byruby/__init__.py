"""--ruby: a Vagrantfile is run by a real Ruby, and what it says goes through the same configuration."""
