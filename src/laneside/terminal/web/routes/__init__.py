"""The pages' addresses, one module per page."""
