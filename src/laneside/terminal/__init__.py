"""The handheld: composition root, settings, pages, sound. Binds the ports of the rooms below; no business rule lives here."""
