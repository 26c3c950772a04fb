"""Any recipe on a Ray cluster: what each worker runs, and what starts them."""
