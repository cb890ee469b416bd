"""The reader before every vehicle of the roadside: what it shows and that a debit goes through where a card is."""

from __future__ import annotations

from random import Random

import pytest
from bench import Bench, BenchClock, order_for

from laneside.card.outcome import Debited, Intent, Proof, TagWrite
from laneside.reader.port import NotPrepared, Prepared, PrepareRefusal, Presented
from laneside.virtual.chip_store import RamChipStore
from laneside.virtual.chips.tag import VirtualTag
from laneside.virtual.vehicles import VEHICLES
from laneside.virtual.world import World

NAMES = [vehicle.name for vehicle in VEHICLES]


def before(name: str) -> Bench:
    """Put a vehicle of the roadside on the bench."""
    clock = BenchClock()
    world = World(store=RamChipStore(), clock=clock, random_bytes=Random(11).randbytes)
    world.place(name)
    tag = world.chip("tag")
    assert isinstance(tag, VirtualTag)
    bench = Bench(card=world.chip("card"), tag=tag, psam=world.chip("psam"), clock=clock)
    bench.card_in_tag = world.card_inserted
    return bench


def read(name: str) -> Presented:
    return before(name).reader().read(search_s=1)


@pytest.mark.parametrize("name", NAMES)
def test_every_vehicle_is_read_without_trouble(name):
    presented = read(name)
    assert presented.tag is not None
    assert (presented.tag.trouble, presented.tag_trouble) == ("", "")
    assert presented.tag.vehicle is not None
    assert presented.tag.passage is not None
    if name == "tag-without-card":
        assert (presented.card, presented.card_trouble) == (None, "the tag holds no card")
    else:
        assert presented.card is not None
        assert presented.tag.passage.issue_copy == bytes(presented.card.issue)[:20]
        assert presented.tag.passage.capp_copy == presented.card.capp[:39]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"tag-without-card", "low-balance"}])
def test_every_card_can_be_debited_and_its_tag_written(name):
    bench = before(name)
    reader = bench.reader()
    first = reader.read(search_s=1)
    assert first.card is not None
    ready = reader.prepare(order_for(first, amount_fen=1045), search_s=1)
    assert isinstance(ready, Prepared), ready
    outcome = reader.commit(ready)
    assert isinstance(outcome, Debited), outcome
    assert (outcome.mac2_verified, outcome.tag_write) == (True, TagWrite.WRITTEN)
    second = reader.read(search_s=1)
    assert second.card is not None
    assert second.card.balance_fen == first.card.balance_fen - 1045
    assert second.card.counter == outcome.counter + 1


def test_a_low_balance_is_refused_by_its_card():
    reader = before("low-balance").reader()
    answer = reader.prepare(order_for(reader.read(search_s=1), amount_fen=1045), search_s=1)
    assert isinstance(answer, NotPrepared)
    assert answer.refusal is PrepareRefusal.BALANCE_SHORT


def test_the_trade_that_the_lane_left_gives_its_tac_without_a_debit():
    bench = before("lane-left-unfinished")
    reader = bench.reader()
    found = reader.read(search_s=1)
    assert found.card is not None
    assert found.card.log is not None
    log = found.card.log
    outcome = reader.prove(
        Intent(
            record_id="R",
            plate=found.card.issue.plate,
            card_id=found.card.card_id,
            contract_serial=None,
            mac_id=None,
            counter=log.counter - 1,
            balance_before_fen=found.card.balance_fen + log.amount_fen,
            amount_fen=log.amount_fen,
            capp_before=b"",
            capp_after=found.card.capp,
            write_tag=False,
            terminal_number=log.terminal_number,
            transaction_number=None,
            purchase_time=log.purchase_time,
            mac1=None,
            algorithm=None,
            key_index=None,
            key_version=None,
        ),
        search_s=1,
    )
    assert isinstance(outcome, Debited)
    assert (outcome.proof, outcome.balance_after_fen) == (Proof.PROVE, found.card.balance_fen)
    assert outcome.tac is not None
    assert reader.read(search_s=1).card == found.card
