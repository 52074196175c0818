"""One module a provisioner."""
