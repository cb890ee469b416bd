"""``./lane fuzz``: search for bytes that crash, hang or swell what reads frames and files."""
