"""The way between terminal and centre: enrolment, upload, download, heartbeat, PSAM authorisation.

Everything that comes back from the centre comes through here, checked against the pinned key. Transport, clock and
folders are handed in, and nothing here starts a thread: the composition root loops each job with ``run``, so that
upload and download never wait for each other. No rule of the business may enter.
"""
