"""The handheld: composition root, settings, pages, sound. Binds the rooms below; no business rule lives here."""
