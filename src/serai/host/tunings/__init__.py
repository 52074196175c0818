"""What is made better on a host: each a plan of typed changes, shown, journalled, read back and undone."""
