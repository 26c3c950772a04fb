"""One file a contender: the same network, trained on the same digits, each in the way of its own library."""
