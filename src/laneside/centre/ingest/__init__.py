"""What terminals upload: records, events, image records. Each is kept once, as sent, and answered by a receipt."""
