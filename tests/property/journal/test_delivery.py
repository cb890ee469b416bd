"""Journal × upload × restart against a centre that loses requests and replies: each subject is there exactly once."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from memory_centre import MemoryCentre
from memory_folder import IN_MEMORY

from laneside.contract.exchange import Refusal
from laneside.contract.signing import canonical
from laneside.journal import schema
from laneside.journal.entry import Delivery, Outgoing
from laneside.journal.journal import Journal
from laneside.sync.agreement import Agreement, AgreementJob
from laneside.sync.centre_client import CentreClient
from laneside.sync.identity import Identity
from laneside.sync.link import CentreLink
from laneside.sync.upload import DATA, PHOTOS, Uploader

DEVICE_KEY = Ed25519PrivateKey.from_private_bytes(b"\x06" * 32)
SHELVES = {"records": "record", "events": "event", "images": "image", "photos": "photo"}
WAYS = ("open", "request-lost", "reply-lost", "broken", "portal")


class HandClock:
    def __init__(self):
        self.ticks_s = 0.0
        self.step_s = 0.0

    def now(self):
        return datetime(2026, 7, 1, tzinfo=UTC) + timedelta(seconds=self.ticks_s + self.step_s)

    def monotonic_s(self):
        return self.ticks_s

    def sleep(self, seconds):
        self.ticks_s += seconds


class Centre(MemoryCentre):
    """``way`` is how the next exchange goes; what has a bad subject is refused."""

    def __init__(self, clock):
        super().__init__(clock)
        self.created = Counter()
        self.way = "open"
        self.says = self.refuse_what_is_bad
        self.was_put_back = False

    def answer(self, request):
        if self.way == "request-lost":
            raise httpx2.ConnectError("no network")
        if self.way == "broken":
            return httpx2.Response(500)
        if self.way == "portal":
            return httpx2.Response(200, content=b"<html>welcome</html>")
        response = super().answer(request)
        if self.way == "reply-lost":
            raise httpx2.ReadTimeout("the reply is lost")
        return response

    def refuse_what_is_bad(self, request):
        if "/BAD" not in request.url.path:
            return None
        return httpx2.Response(422, content=canonical(Refusal(code="contract", text="no")))

    def take(self, terminal_id, shelf, subject, body):
        self.created[SHELVES[shelf], subject] += (shelf, subject) not in self.kept
        return super().take(terminal_id, shelf, subject, body)

    @property
    def rows(self):
        return {(SHELVES[shelf], subject): body for (shelf, subject), body in self.kept.items()}


IDENTITY = Identity(
    terminal_id="T1",
    slot=1,
    station_hex="62010A0B",
    centre_key=Centre(None).public_key,
    key=DEVICE_KEY,
)


class DeliveryMachine(RuleBasedStateMachine):
    """A terminal writes, uploads and is cut at any moment; the centre is sometimes not there."""

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="laneside-delivery-", dir=IN_MEMORY))
        self.clock = HandClock()
        self.centre = Centre(self.clock)
        self.centre.devices["T1"] = DEVICE_KEY.public_key().public_bytes_raw()
        self.photos, self.written = {}, {}
        self.client = httpx2.Client(
            transport=httpx2.MockTransport(self.centre.answer), base_url="https://centre.example"
        )
        self.start()

    def start(self):
        self.connection = sqlite3.connect(self.folder / "journal.sqlite", check_same_thread=False)
        schema.prepare(self.connection)
        self.journal = Journal(self.connection, clock=self.clock, terminal_id="T1")
        agreement = Agreement(self.journal)
        remote = CentreClient(CentreLink(self.client), IDENTITY, clock=self.clock, items=agreement)
        self.queues = [
            Uploader(self.journal, remote, clock=self.clock, agreement=agreement, photo=self.photos.get, kinds=kinds)
            for kinds in (DATA, PHOTOS)
        ]
        self.queues.append(
            AgreementJob(agreement, self.journal, remote, clock=self.clock, has_photo=self.photos.__contains__)
        )

    @rule(kind=st.sampled_from(["record", "event", "image"]), bad=st.integers(0, 5), twin=st.booleans())
    def write(self, kind, bad, twin):
        """Write an item; a twin has the same id as one of another kind, as image and record of a vehicle may."""
        number = len(self.written) - (twin and bool(self.written))
        subject = f"BAD{number}" if bad == 0 else f"S{number}"
        if (kind, subject) in self.written:
            return
        self.written[kind, subject] = f"{kind} {subject}".encode()
        self.journal.append(kind, self.written[kind, subject], passage="p", subject=subject)

    @rule(picture=st.integers(0, 4))
    def photograph(self, picture):
        """Name a photo; the same picture may come again."""
        jpeg = b"\xff\xd8 %d" % picture
        sha256 = hashlib.sha256(jpeg).hexdigest()
        self.photos[sha256] = jpeg
        self.written["photo", sha256] = jpeg
        self.journal.append("photo", b"{}", passage="p", subject=sha256)

    @rule(way=st.sampled_from(WAYS), queue=st.integers(0, 2), patient=st.booleans())
    def upload(self, way, queue, patient):
        """Let one queue take a step while the way to the centre is as drawn."""
        self.centre.way = way
        step = self.queues[queue].step()
        if patient:
            self.clock.sleep(step.wait_s)

    @rule(share=st.floats(0, 1))
    def put_the_centre_back(self, share):
        """Let the centre forget its newest items, as an older copy of its folder does."""
        self.centre.put_back(int(share * len(self.centre.chain)))
        self.centre.was_put_back = True

    @rule(step_s=st.integers(-500, 500))
    def set_the_clock(self, step_s):
        self.clock.step_s = step_s

    @rule()
    def restart(self):
        """Cut the process: what it knew beside the journal is gone."""
        self.connection.close()
        self.start()

    @invariant()
    def what_left_the_queue_is_at_the_centre(self):
        if not hasattr(self, "journal") or self.centre.was_put_back:
            return
        for kind, subject in self.written:
            if self.journal.delivery(Outgoing(kind), subject) is Delivery.RECEIVED:
                assert self.centre.rows[kind, subject] == self.written[kind, subject]

    def teardown(self):
        if not hasattr(self, "journal"):
            return
        try:
            self.deliver_the_rest()
            self.compare()
        finally:
            self.connection.close()
            self.client.close()
            shutil.rmtree(self.folder)

    def deliver_the_rest(self):
        self.centre.way = "open"
        for _ in range(4 * len(self.written) + 20):
            for queue in self.queues:
                self.clock.sleep(max(queue.step().wait_s, 5.0))

    def compare(self):
        good = {key: body for key, body in self.written.items() if not key[1].startswith("BAD")}
        assert self.centre.rows == good
        assert self.journal.outbox(10) == ()
        assert self.journal.counts().refused == len(self.written) - len(good)
        for kind, subject in good:
            assert self.journal.delivery(Outgoing(kind), subject) is Delivery.RECEIVED
        if not self.centre.was_put_back:
            assert self.centre.created == dict.fromkeys(good, 1)
            assert len(self.journal.of_kind("receipt")) == len(good)
        self.journal.verify()
        moments = [entry.at for entry in self.journal.since(0, 10_000)]
        assert moments == sorted(moments)


TestDelivery = DeliveryMachine.TestCase
TestDelivery.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
