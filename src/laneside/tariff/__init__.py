"""Fee tables and the quote with its explanation, in whole fen.

Rounding is half-up only; no floating point; no clock, the exit time is handed in. What a person releases is not known
here.
"""
