"""What is done inside a machine once it is ready. One file a provisioner, imported when a block needs it."""
