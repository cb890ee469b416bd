"""Kills of real processes at random instants: drawn, carried out, cleaned up as people would, and held to the promises.

``planned_kill`` draws and names them, ``killed_passage`` carries one out, ``verdict`` checks what is left, ``run`` does
many.
No expectation about a single kill must enter: wherever it falls, all of them end alike.
"""
