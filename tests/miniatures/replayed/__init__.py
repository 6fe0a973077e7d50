"""Small apps whose replay has to find something, on public releases that differ in it."""
