"""Which package, and which release of it, makes a difference appear: found by experiment."""
