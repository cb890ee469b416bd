"""What terminals upload: records, events, image records. Each is kept once, as sent, and answered by a receipt."""

from laneside.centre.ingest.intake import Intake
from laneside.centre.ingest.ledger import KeptEvent, KeptRecord, Ledger
from laneside.centre.ingest.receipts import Receipts
from laneside.centre.ingest.uploads import Upload

__all__ = ["Intake", "KeptEvent", "KeptRecord", "Ledger", "Receipts", "Upload"]
