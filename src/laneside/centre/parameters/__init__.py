"""What the centre decides: signed documents with versions that only rise, and the parts that they are made of.

For now a status list is one small, whole, signed list per station. What a terminal makes of a document must not enter.
"""
