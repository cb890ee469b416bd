"""The frame reader: an ``EtcReader`` that talks B and C frames with an integrated reader.

The integrated reader runs the card logic; this room asks, waits, compares and proves. No serial port and no socket
here: a byte link is handed in. spec/rsu-frames.md sections 2, 3 and 5.
"""
