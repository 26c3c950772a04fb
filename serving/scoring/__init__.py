"""What scoring in bulk consists of, but for the engine that spreads it over machines."""
