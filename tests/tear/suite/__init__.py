"""The tear suite: one whole passage, cut once (or twice) at each of its exchanges and journal writes, then looked at.

``script`` decides where it is cut, ``site`` is the lane that is cut, ``frames`` the same lane behind an integrated
reader, ``story`` is what people do afterwards and what must be true in the end. No expectation about a single cut must
enter: all of them end alike.
"""
