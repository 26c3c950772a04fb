"""What is asked of an autoencoder of texts: how likely it finds new ones, what it writes, and what its codes keep."""
