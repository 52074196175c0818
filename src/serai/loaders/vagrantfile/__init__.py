"""Vagrantfile → spec: parsed, evaluated by serai's own evaluator (nothing of the host is run), merged, mapped."""
