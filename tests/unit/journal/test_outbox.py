"""What waits for the centre, what left the queue and why."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from laneside.journal import CENTRE_REFUSAL, RECEIPT, Counts, Delivery, Journal, Outgoing, schema


def fill(journal):
    journal.append("photo", b'{"sha256":"ab"}', passage="p-1", subject="ab")
    journal.append("image", b"image", passage="p-1", subject="X1")
    journal.append("intent", b"intent", passage="p-1", subject="X1")
    journal.append("record", b"record", passage="p-1", subject="X1")
    journal.append("event", b"event", passage="p-2", subject="E1")


def waiting(journal, *kinds):
    return [(item.kind, item.subject) for item in journal.outbox(10, kinds=kinds or tuple(Outgoing))]


def test_the_outbox_holds_what_the_centre_must_have_in_the_order_written(journal):
    fill(journal)
    assert waiting(journal) == [("photo", "ab"), ("image", "X1"), ("record", "X1"), ("event", "E1")]
    assert [item.seq for item in journal.outbox(2)] == [1, 2]
    assert waiting(journal, Outgoing.PHOTO) == [("photo", "ab")]
    assert waiting(journal, Outgoing.RECORD, Outgoing.EVENT) == [("record", "X1"), ("event", "E1")]
    assert journal.outbox(1, kinds=(Outgoing.RECORD,))[0].payload == b"record"
    assert journal.counts() == Counts(records=1, events=1, images=1, photos=1, refused=0)
    assert journal.counts().unsent == 4


def test_a_receipt_ends_only_what_it_speaks_of(journal):
    fill(journal)
    entry = journal.settle("X1", b"receipt", kind=Outgoing.RECORD)
    assert (entry.kind, entry.settles, entry.subject, entry.passage) == (RECEIPT, "record", "X1", "p-1")
    assert waiting(journal) == [("photo", "ab"), ("image", "X1"), ("event", "E1")]
    assert journal.delivery(Outgoing.RECORD, "X1") is Delivery.RECEIVED
    assert journal.delivery(Outgoing.IMAGE, "X1") is Delivery.WAITING
    assert journal.delivery(Outgoing.EVENT, "X1") is None
    journal.verify()


def test_a_refusal_is_counted_and_blocks_nobody(journal):
    fill(journal)
    entry = journal.refuse("E1", b"because")
    assert (entry.kind, entry.settles, entry.payload) == (CENTRE_REFUSAL, "event", b"because")
    assert journal.delivery(Outgoing.EVENT, "E1") is Delivery.REFUSED
    assert journal.counts() == Counts(records=1, events=0, images=1, photos=1, refused=1)


def test_what_does_not_wait_can_not_be_answered(journal):
    fill(journal)
    journal.settle("E1", b"")
    for subject in ("E1", "never-seen", ""):
        with pytest.raises(AssertionError):
            journal.settle(subject, b"")
    assert journal.head().seq == 6


def test_a_photo_taken_twice_is_delivered_once(journal):
    for passage in ("p-1", "p-2"):
        journal.append("photo", b"{}", passage=passage, subject="ab")
    assert journal.counts().photos == 1
    journal.settle("ab", b"receipt")
    assert waiting(journal) == []
    journal.append("photo", b"{}", passage="p-3", subject="ab")
    assert journal.counts().photos == 0
    assert waiting(journal) == []


def test_the_queue_is_the_same_after_a_restart(journal, path, clock):
    fill(journal)
    assert waiting(journal)
    journal.settle("ab", b"")
    journal.append("record", b"", subject="R2")
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:
        schema.prepare(other)
        again = Journal(other, clock=clock, terminal_id="T62010A0B01")
        assert again.outbox(10) == journal.outbox(10)
        assert again.counts() == journal.counts()
    assert waiting(journal) == [("image", "X1"), ("record", "X1"), ("event", "E1"), ("record", "R2")]


def test_an_emptied_queue_sees_what_comes_after(journal):
    for number in range(20):
        journal.append("record", b"", subject=f"R{number:02d}")
    left = [f"R{number:02d}" for number in range(20)]
    for number in (3, 0, 1, 2, *range(5, 20), 4):
        journal.settle(f"R{number:02d}", b"")
        left.remove(f"R{number:02d}")
        assert [item.subject for item in journal.outbox(50)] == left
    assert waiting(journal) == []
    journal.append("record", b"", subject="R99")
    assert waiting(journal) == [("record", "R99")]
    assert journal.counts().records == 1
