"""What comes out of a passage: the exit record, its events, the 43 bytes of 0019, what the lane is told. Pure.

What is decided, asked or written to a disk must not enter.
"""
