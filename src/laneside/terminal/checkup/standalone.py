"""A checkup of a terminal that is not running: its folder, its reader and its centre, opened for a look and let go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2

from laneside.devices import PlateProcess, SystemClock, lock_folder
from laneside.errors import SettingError
from laneside.journal import Journal, schema
from laneside.passage import Logbook
from laneside.reader import ReaderPolicy
from laneside.sync import CentreClient, CentreLink, DiskFolder, DocumentStore, Identity
from laneside.terminal.attached import Attached
from laneside.terminal.attaching import attach_reader, firmware_of, reach_of
from laneside.terminal.checkup.checkup import Checkup, Ways
from laneside.terminal.root import CHECK_TIMEOUT_S


@contextmanager
def checkup_of(data: Path, attached: Attached) -> Iterator[Checkup]:
    """Hold a terminal's folder and yield its checkup; nothing is written, the PSAM is asked and let go again.

    Raises SettingError where a terminal is running on the folder or none was ever enrolled there, JournalError.
    """
    with ExitStack() as stack:
        stack.enter_context(lock_folder(data))
        identity = Identity.load(DiskFolder(data / "device"))
        if identity is None:
            raise SettingError(f"no terminal is enrolled in {data}")
        connection = schema.connect(data / "journal.sqlite3")
        stack.callback(connection.close)
        journal = Journal(connection, clock=SystemClock(), terminal_id=identity.terminal_id)
        client = stack.enter_context(httpx2.Client(base_url=attached.centre_url, timeout=CHECK_TIMEOUT_S))
        reader = attach_reader(
            attached.reader,
            attached.roadside,
            clock=journal.clock,
            policy=ReaderPolicy(),
            links=stack,
            tell=lambda _writing: None,
        )
        stack.callback(reader.close)
        plates = PlateProcess()
        stack.callback(plates.end)
        yield Checkup(
            data,
            journal=journal,
            logbook=Logbook(journal=journal, clock=journal.clock, slot=identity.slot),
            store=DocumentStore(
                DiskFolder(data / "documents"), centre_key=identity.centre_key, station_hex=identity.station_hex
            ),
            ways=Ways(
                psam=reader.status,
                reach_reader=reach_of(reader, attached.reader, attached.roadside),
                firmware=lambda: firmware_of(reader),
                authorisation_trouble=lambda: "终端未运行 / the terminal is not running",
                check_centre=CentreClient(CentreLink(client), identity, clock=journal.clock).check,
                plate_trouble=plates.start,
            ),
            clock=journal.clock,
        )
