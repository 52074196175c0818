"""A host is given a role: packages, services, groups and directories, each by the distribution's own means."""
