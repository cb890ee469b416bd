"""What pages show of a passage and of those before it: values ready to print. Nothing is decided here.

Nothing below may import this room.
"""
