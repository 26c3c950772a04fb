"""What `benchmarks.fuzz` is made of: mutations, and the readers that get what they make."""
