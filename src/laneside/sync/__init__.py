"""The way between terminal and centre: enrolment, upload, download, heartbeat, clock check, PSAM authorisation.

Everything that comes back from the centre comes through here, checked against the pinned key. Transport, clock and
folders are handed in, and nothing here starts a thread: the composition root runs each piece with ``run``, so that
upload and download never wait for each other. No rule of the business may enter.
"""

from laneside.sync.authorise import PsamAuthoriser
from laneside.sync.centre import CentreClient, CentreWord
from laneside.sync.clocks import ClockCheck, ClockReading
from laneside.sync.documents import DocumentStore, Offer
from laneside.sync.download import Downloader
from laneside.sync.folder import DiskFolder, Folder
from laneside.sync.heart import Heart, TerminalState
from laneside.sync.identity import Identity, enrol
from laneside.sync.link import CentreLink
from laneside.sync.step import Outcome, Patience, Piece, Step, run
from laneside.sync.upload import DATA, PHOTOS, CentreRefusal, Uploader

__all__ = [
    "DATA",
    "PHOTOS",
    "CentreClient",
    "CentreLink",
    "CentreRefusal",
    "CentreWord",
    "ClockCheck",
    "ClockReading",
    "DiskFolder",
    "DocumentStore",
    "Downloader",
    "Folder",
    "Heart",
    "Identity",
    "Offer",
    "Outcome",
    "Patience",
    "Piece",
    "PsamAuthoriser",
    "Step",
    "TerminalState",
    "Uploader",
    "enrol",
    "run",
]
