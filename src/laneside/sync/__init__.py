"""The way between terminal and centre: enrolment, upload, download, heartbeat, PSAM authorisation.

Everything that comes back from the centre comes through here, checked against the pinned key. Transport, clock and
folders are handed in, and nothing here starts a thread: the composition root loops each job with ``run``, so that
upload and download never wait for each other. No rule of the business may enter.
"""

from laneside.sync.authorise import PsamAuthoriser
from laneside.sync.centre_client import CentreCheck, CentreClient
from laneside.sync.document_store import DocumentStore, Downloader, Offer
from laneside.sync.folder import DiskFolder, Folder
from laneside.sync.heartbeat import HeartbeatJob, TerminalState
from laneside.sync.identity import Identity, enrol
from laneside.sync.job import Backoff, StepOutcome, StepResult, SyncJob, run
from laneside.sync.link import CentreLink
from laneside.sync.upload import DATA, PHOTOS, CentreRefusal, Uploader

__all__ = [
    "DATA",
    "PHOTOS",
    "Backoff",
    "CentreCheck",
    "CentreClient",
    "CentreLink",
    "CentreRefusal",
    "DiskFolder",
    "DocumentStore",
    "Downloader",
    "Folder",
    "HeartbeatJob",
    "Identity",
    "Offer",
    "PsamAuthoriser",
    "StepOutcome",
    "StepResult",
    "SyncJob",
    "TerminalState",
    "Uploader",
    "enrol",
    "run",
]
