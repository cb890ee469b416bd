"""What terminals upload: records, events, image records. Each is kept once, as sent, and answered by a receipt."""

from laneside.centre.ingest.intake import Intake, Receipts
from laneside.centre.ingest.kept_uploads import KeptEvent, KeptRecord, KeptUploads
from laneside.centre.ingest.uploads import Upload

__all__ = ["Intake", "KeptEvent", "KeptRecord", "KeptUploads", "Receipts", "Upload"]
