"""Purchase × journal × upload × restarts: whatever is done in whatever order, card, journal and centre agree.

The real desk, reader, journal, uploader and centre over the virtual chips, with the tear suite's cuts. What a collector
may do is drawn among what the page offers; people, network, power and time are drawn beside it.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from jpegs import jpeg
from lane_kit import ETC_LANE, parameters, tap
from suite.script import Cut, Kind, PowerGoneError, Script
from suite.site import CELLS, ApduSite
from suite.story import FOLDER, Door, Room

from laneside.contract.parameters import Policy
from laneside.contract.records import RecordUpload
from laneside.journal.entry import Delivery, Outgoing
from laneside.passage import notes as n
from laneside.passage.views.views import PassageView
from laneside.sync.agreement import Agreement
from laneside.sync.upload import Uploader
from laneside.virtual.vehicles import vehicle_named
from laneside.virtual.world import card_contents

VEHICLES = ("car-3des", "car-sm4", "charge-card")
KINDS = (Outgoing.RECORD, Outgoing.EVENT, Outgoing.IMAGE, Outgoing.PHOTO)
ACTS_MAX = 8
"""From home to the submission, and some."""
_room: list[Room] = []

TROUBLES = st.sampled_from([
    Kind.CUT_BEFORE, Kind.CUT_AFTER, Kind.MISS_BEFORE, Kind.MISS_AFTER, Kind.FLIPPED, Kind.SHORT, Kind.WRONG_SW,
    Kind.FULL, Kind.EIO, Kind.EIO_SYNCED, *(Kind.POWER_BEFORE, Kind.POWER_AFTER) * 3,
])  # fmt: skip
CUTS = st.none() | st.builds(Cut, at=st.integers(0, 22), kind=TROUBLES)
AT_THE_DEBIT = st.builds(Cut, at=st.integers(11, 19), kind=TROUBLES)
"""From the intent's write to the outcome's, counted from the beginning of a submission."""
LOSSES = st.none() | st.sampled_from([Kind.MISS_BEFORE, Kind.MISS_AFTER, Kind.POWER_BEFORE, Kind.POWER_AFTER])


@dataclass(frozen=True, kw_only=True)
class Purse:
    """What a card holds."""

    card_id: str
    balance_fen: int
    counter: int


def room() -> Room:
    """One centre for all examples; it is emptied between two."""
    if not _room:
        _room.append(Room(Path(tempfile.mkdtemp(dir=FOLDER, prefix="laneside-machine-")) / "centre"))
    return _room[0]


def lane(folder: Path, script: Script) -> ApduSite:
    """Open a lane where a card that paid may pay again at once: nothing but card and journal must prevent doubles."""
    site = ApduSite(folder, script, CELLS["apdu-3des-paid"])
    site.decisions.held = parameters(Policy(duplicate_window_s=0))
    return site


class LaneMachine(RuleBasedStateMachine):
    """One terminal, three vehicles that come again and again, and everything that can go wrong between."""

    @initialize(name=st.sampled_from(VEHICLES))
    def begin(self, name):
        room().empty()
        self.folder = Path(tempfile.mkdtemp(dir=FOLDER))
        self.script = Script()
        self.site = lane(self.folder, self.script)
        self.first: dict[str, Purse] = {}
        for each in VEHICLES:
            self.site.world.place(each)
            self.first[each] = self.purse_of(each)
        self.site.world.place(name)
        self.switch_on()

    def switch_on(self):
        """Make what lives as long as the process does."""
        self.uploader = Uploader(
            self.site.journal,
            Door(room(), self.script),
            clock=self.site.clock,
            agreement=Agreement(self.site.journal),
            photo=self.site.album.get,
            kinds=KINDS,
        )

    def purse_of(self, name: str) -> Purse:
        """Look at a card's memory, wherever it is."""
        card = card_contents(self.site.world._issuer.card(vehicle_named(name)), inserted=True)
        return Purse(card_id=card["card_id"], balance_fen=card["balance_fen"], counter=card["counter"])

    # --- what happens

    @rule(what=st.sampled_from([*VEHICLES, "nobody", "card"]))
    def change_the_lane(self, what):
        """Let a vehicle come or go, or its card be pulled or pushed back, whatever the page is at."""
        world = self.site.world
        if what in VEHICLES:
            world.place(what)
        elif what == "nobody" or world.vehicle is None:
            world.remove()
        else:
            world.withdraw_card() if world.card_inserted else world.insert_card()

    @rule(acts=st.integers(1, 6), cut=CUTS)
    def work(self, acts, cut):
        """Go on as a collector does, up to the submission; at some exchange or write something may break."""
        self.under(cut, lambda: [self.act_once() for _ in range(acts)])

    @rule(name=st.sampled_from(VEHICLES), cut=CUTS, pause_s=st.sampled_from([0, 1, 30]))
    def serve(self, name, cut, pause_s):
        """Bring a vehicle, whether it is that of the page or not, up to the submission, and submit."""
        self.site.world.place(name)
        for _ in range(ACTS_MAX):
            if not self.may("submit"):
                self.act_once()
        self.site.clock.forward(pause_s)
        self.submit_under(cut)

    @rule(name=st.sampled_from(VEHICLES), cut=AT_THE_DEBIT)
    def serve_and_be_cut(self, name, cut):
        """The same, with something broken while the debit is open."""
        self.serve(name, cut, 1)

    @precondition(lambda self: self.may("submit"))
    @rule(cut=CUTS)
    def submit(self, cut):
        self.submit_under(cut)

    @precondition(lambda self: self.may("prove"))
    @rule(cut=CUTS)
    def prove(self, cut):
        self.under(cut, lambda: self.site.tries("prove", self.view.revision))

    @precondition(lambda self: self.may("rewrite-tag"))
    @rule(cut=CUTS)
    def rewrite_the_tag(self, cut):
        self.under(cut, lambda: self.site.tries("rewrite-tag", self.view.revision))

    @precondition(lambda self: self.site.desk.view() is not None)
    @rule()
    def leave(self):
        self.go_home()

    @rule(in_order=st.booleans())
    def restart(self, in_order):
        """End the process and start it again, or take its power and start it from what is on its disk."""
        if in_order:
            self.site.restart()
            self.switch_on()
        else:
            self.lose_power()

    @rule(loss=LOSSES, steps=st.integers(1, 4))
    def upload(self, loss, steps):
        self.under(loss and Cut(0, loss), lambda: [self.uploader.step() for _ in range(steps)])

    @rule(seconds=st.sampled_from([1, 3, 20, 600]))
    def time_passes(self, seconds):
        """Not so long that the status list grows too old to debit with."""
        self.site.clock.forward(seconds)

    # --- how

    @property
    def view(self) -> PassageView:
        return self.site.view

    def may(self, action: str) -> bool:
        view = self.site.desk.view()
        return view is not None and action in view.actions

    def lose_power(self):
        self.site.lose_power()
        self.site.start()
        self.site.login()
        self.switch_on()

    def submit_under(self, cut: Cut | None):
        if self.may("submit"):
            self.under(cut, lambda: self.site.tries("submit", self.view.revision))

    def under(self, cut: Cut | None, act):
        """Do something that may be cut; after a loss of power the terminal starts from what is on its disk."""
        self.script.begin(cut)
        try:
            act()
        except PowerGoneError:
            self.script.begin(None)
            self.lose_power()
        finally:
            self.script.begin(None)

    def go_home(self):
        desk, view = self.site.desk, self.view
        if "abandon" in view.actions:
            tap(desk, "abandon", view.revision, reason="车辆已离开")
        if self.may("leave"):
            tap(desk, "leave", self.view.revision)

    def act_once(self):
        """Do what comes next before the submission; nothing where it would be the submission, or a proof."""
        desk, view = self.site.desk, self.site.desk.view()
        if view is None:
            desk.open(ETC_LANE)
            return
        if "read" not in view.actions:
            self.go_home()
            return
        vehicle = self.site.world.vehicle or vehicle_named(VEHICLES[0])
        acts = {
            "quote": lambda: tap(desk, "quote", view.revision),
            "select": lambda: tap(
                desk, "select", view.revision, toll_class=vehicle.toll_class, vehicle_kind=vehicle.kind
            ),
            "submit-picture": lambda: tap(
                desk, "submit-picture", view.revision, plate=vehicle.plate, colour=vehicle.colour
            ),
            "photo": lambda: desk.take_photo(jpeg(comment=vehicle.name.encode()), live=True),
            "refuse": lambda: tap(desk, "refuse", view.revision, reason="不符"),
            "read": lambda: tap(desk, "read", view.revision),
        }
        wanted = {"read": "read", "check": "select", "fee": "quote"}.get(view.step)
        if view.step == "picture":
            wanted = "submit-picture" if "submit-picture" in view.actions else "photo"
        if wanted == "read" and "refuse" in view.actions:
            wanted = "refuse"
        if wanted in view.actions:
            acts[wanted]()

    # --- what must be true after each step

    @invariant()
    def card_journal_and_centre_agree(self):
        if not hasattr(self, "uploader"):
            return
        self.site.journal.verify()
        sealed = self.site.records()
        for name, first in self.first.items():
            self.a_card_agrees(name, first, [each for each in sealed if each.record.card_id == first.card_id])
        self.no_number_is_used_twice(sealed)
        self.the_centre_holds_what_was_sealed(sealed)

    def a_card_agrees(self, name: str, first: Purse, uploads: list[RecordUpload]):
        """Hold a card's balance and counter to the chain of its records, and to the one debit that may be open."""
        balance_fen, counter = first.balance_fen, first.counter
        for record in (upload.record for upload in uploads):
            assert record.icc_pay_serial == counter, "a debit without a record, or a record without its debit"
            assert record.balance_before_fen == balance_fen
            balance_fen, counter = balance_fen - record.transaction_fee_fen, counter + 1
            assert record.balance_after_fen == balance_fen
        waiting = [debit for debit in self.site.passages.open_debits() if debit.intent.card_id == first.card_id]
        assert len(waiting) <= 1, "a card with two open debits"
        may_be = {(balance_fen, counter)} | {(balance_fen - debit.intent.amount_fen, counter + 1) for debit in waiting}
        now = self.purse_of(name)
        assert (now.balance_fen, now.counter) in may_be, f"{name} holds {now}, the journal says {may_be}"

    def no_number_is_used_twice(self, sealed: list[RecordUpload]):
        intents = [n.read(entry.payload) for entry in self.site.journal.of_kind("intent")]
        for numbers in (
            [intent.record_id for intent in intents],
            [intent.transaction_number for intent in intents],
            [upload.record.record_id for upload in sealed],
            [upload.record.terminal_transaction_number for upload in sealed],
            [(upload.record.card_id, upload.record.icc_pay_serial) for upload in sealed],
        ):
            assert len(set(numbers)) == len(numbers)

    def the_centre_holds_what_was_sealed(self, sealed: list[RecordUpload]):
        """Nothing else, nothing changed, and everything that has its receipt."""
        held = {each.record.record_id: each for first in self.first.values() for each in room().records(first.card_id)}
        here = {each.record.record_id: each for each in sealed}
        assert held == {record_id: here.get(record_id) for record_id in held}
        assert self.site.journal.counts().refused == 0
        for record_id in here:
            if self.site.journal.delivery(Outgoing.RECORD, record_id) is Delivery.RECEIVED:
                assert record_id in held

    # --- and when everything is mended and every vehicle has come once more

    def teardown(self):
        if not hasattr(self, "uploader"):
            return
        try:
            for name in VEHICLES:
                self.come_once_more(name)
            self.deliver_the_rest()
            self.card_journal_and_centre_agree()
            self.nothing_is_open()
        finally:
            self.site.stop()
            shutil.rmtree(self.folder)

    def come_once_more(self, name: str):
        """Let a vehicle come and be read, so that what is open with it is settled; then it may go."""
        self.site.clock.forward(2)
        self.site.world.place(name)
        for _ in range(2):
            if self.may("prove"):
                self.site.tries("prove", self.view.revision)
            if self.site.desk.view() is not None:
                self.go_home()
            assert self.site.desk.view() is None
            self.site.desk.open(ETC_LANE)
            self.site.tries("read", self.view.revision)
        self.go_home()

    def deliver_the_rest(self):
        for _ in range(500):
            step = self.uploader.step()
            if step.outcome == "idle" and not step.trouble:
                return
            self.site.clock.forward(step.wait_s)

    def nothing_is_open(self):
        assert self.site.desk.open_debits() == ()
        assert self.site.journal.counts().unsent == 0
        for name, first in self.first.items():
            debits = self.purse_of(name).counter - first.counter
            assert len(room().records(first.card_id)) == debits, "the centre has another number of debits than the card"


LaneMachine.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestLane = pytest.mark.slow(LaneMachine.TestCase)
