"""The people and the shift around the vehicles: login, hand-over totals, which lanes may be taken.

What is done with a vehicle must not enter.
"""
