"""What the centre decides: signed documents with versions that only rise, and the parts that they are made of."""

from laneside.centre.parameters.documents import Documents
from laneside.centre.parameters.operators import operator_with_password
from laneside.centre.parameters.tariffs import next_rate_version, with_holiday

__all__ = ["Documents", "next_rate_version", "operator_with_password", "with_holiday"]
