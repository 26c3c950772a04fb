"""One file a library: it trains the picture networks, and answers with them."""
