"""What is asked of a compressor: small files that look like what they were made of."""
