"""What the centre decides: signed documents with versions that only rise, and the parts that they are made of.

For now a status list is one small, whole, signed list per station. What a terminal makes of a document must not enter.
"""

from laneside.centre.parameters.document_parts import (
    listed_card,
    listed_obu,
    next_rate_version,
    operator_with_password,
    whole_list,
    with_holiday,
)
from laneside.centre.parameters.published import PublishedDocuments

__all__ = [
    "PublishedDocuments",
    "listed_card",
    "listed_obu",
    "next_rate_version",
    "operator_with_password",
    "whole_list",
    "with_holiday",
]
