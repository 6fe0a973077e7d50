"""What clients see of an upgrade: the same requests to two stacks, each difference explained."""
