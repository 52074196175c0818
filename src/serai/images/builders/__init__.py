"""Images that serai makes itself from the host's package mirror: `tiny` and the Debian family."""
