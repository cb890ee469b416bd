"""Kills of real processes at random instants: drawn, struck, cleaned up as people would, and held to the promises.

``blow`` draws and names them, ``stroke`` lets one fall, ``verdict`` looks at what is left, ``run`` does many.
No expectation about a single kill must enter: wherever it falls, all of them end alike.
"""
