"""The host: facts that are read from it, and checks that judge them."""
