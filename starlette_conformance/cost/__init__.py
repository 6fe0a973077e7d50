"""What a stack costs: instructions, CPU time, memory and bytes, and the gate that compares two."""
