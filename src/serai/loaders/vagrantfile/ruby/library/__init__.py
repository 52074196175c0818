"""Ruby's classes, as far as Vagrantfiles use them: `core` is there at once, `std` on first use of a constant."""
