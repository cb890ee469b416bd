"""An entry's hash over its canonical content, its moment as text, and what no draft may be."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest

from laneside.journal.entry import CENTRE_REFUSAL, PAYLOAD_BYTES_MAX, RECEIPT, Draft, Head, moment_text


def rows(path):
    query = "SELECT seq, kind, passage, subject, settles, at, payload, hash FROM entry ORDER BY seq"
    with closing(sqlite3.connect(path)) as other:
        return other.execute(query).fetchall()


def test_each_row_is_chained_by_sha256_over_its_canonical_json(journal, path):
    journal.append("opened", b"\x00\xff", passage="p-1")
    journal.append("record", b"{}", passage="p-1", subject="R1")
    previous = bytes(32)
    for seq, kind, passage, subject, settles, at, payload, digest in rows(path):
        whole = {
            "at": at,
            "kind": kind,
            "passage": passage,
            "payload": base64.b64encode(payload).decode(),
            "seq": seq,
            "settles": settles,
            "subject": subject,
        }
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert digest == hashlib.sha256(previous + text).digest()
        previous = digest
    assert [row[0] for row in rows(path)] == [1, 2]
    assert rows(path)[0][5] == "2026-07-01T08:00:00.000000+00:00"
    assert journal.head() == Head(seq=2, hash=previous)


def test_moments_are_text_in_utc_that_sorts_by_time():
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    moments = [noon - timedelta(microseconds=1), noon, noon + timedelta(milliseconds=100), noon + timedelta(days=9)]
    texts = [moment_text(moment) for moment in moments]
    assert texts == sorted(texts)
    assert texts[1] == "2026-07-01T04:00:00.000000+00:00"
    assert [datetime.fromisoformat(text) for text in texts] == moments
    assert all(datetime.fromisoformat(text).tzinfo == UTC for text in texts)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""},
        {"kind": "k" * 65},
        {"payload": bytes(PAYLOAD_BYTES_MAX + 1)},
        {"subject": "s" * 129},
        {"passage": "p" * 129},
        {"kind": "record"},
        {"kind": RECEIPT, "subject": "R1"},
        {"kind": CENTRE_REFUSAL, "subject": "R1"},
    ],
    ids=lambda wrong: " ".join(f"{name} {len(value)}" for name, value in wrong.items()),
)
def test_a_draft_that_table_or_outbox_could_not_take_is_a_programmers_error(wrong):
    with pytest.raises(AssertionError):
        Draft(**{"kind": "step", "payload": b"", **wrong})
