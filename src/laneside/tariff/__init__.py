"""Fee tables and the quote with its explanation, in whole fen.

Rounding is half-up only; no floating point; no clock, the exit time is handed in. What a person releases is not known
here.
"""

from laneside.tariff.lines import Operation, QuoteLine, half_up_95, half_up_percent
from laneside.tariff.quote import FeeQuote, NoFee, NoFeeReason, quote, taken_over
from laneside.tariff.table import check_table

__all__ = [
    "FeeQuote",
    "NoFee",
    "NoFeeReason",
    "Operation",
    "QuoteLine",
    "check_table",
    "half_up_95",
    "half_up_percent",
    "quote",
    "taken_over",
]
