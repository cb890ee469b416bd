"""Measurements of the terminal on this machine: start, memory, first page, a passage. Run ``./lane bench``.

A figure is a series with its spread, measured beside a baseline where that says more than the number. These are no
tests: a target that is missed is shown as missed, and only what can't be measured is a failure.
"""
