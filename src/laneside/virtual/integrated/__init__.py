"""A reader that runs the card logic itself, over the virtual card, tag and PSAM: both dialects of spec/rsu-frames.md.

``IntegratedReader`` is pure: bytes and time in, bytes out; ``server`` gives it a pty or a TCP port. What is a host's
task must not enter, and nothing here may be easier for a host than with a real reader.
"""
