"""The terminals: how one is enrolled, known, heard and revoked."""
