"""Every way in which the releases differ on the wire, oldest first."""
