"""The catalogue: one model a file, whose one public function builds it."""
