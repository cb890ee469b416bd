"""A PSAM where the user card belongs, and the other way round: told by name, and nothing on either chip changes."""

from __future__ import annotations

from bench import make_bench, order_for

from laneside.card.apdu import Device
from laneside.reader.port import NotPrepared, PrepareRefusal
from laneside.rules.finding import stop
from laneside.rules.finding_texts import describe


def memories(bench):
    return {device: medium.read() for device, medium in bench.media.items()}


def test_swapped_chips_are_told_and_left_alone():
    bench = make_bench()
    before = memories(bench)
    bench.card, bench.psam = bench.psam, bench.card
    presented = bench.reader(with_tag=False).read(search_s=0)
    assert (presented.card, presented.card_trouble) == (None, "psam-in-card-slot")
    assert (presented.psam.present, presented.psam.trouble) == (False, "user-card-in-psam-slot")
    assert memories(bench) == before


def test_nothing_is_prepared_without_a_psam():
    bench = make_bench()
    presented = bench.reader(with_tag=False).read(search_s=0)
    bench.psam = bench.card
    before = memories(bench)
    answer = bench.reader(with_tag=False).prepare(order_for(presented), search_s=0)
    assert answer == NotPrepared(refusal=PrepareRefusal.PSAM_NOT_AUTHORISED, detail="user-card-in-psam-slot")
    assert not [sent for device, sent in bench.sent if device is Device.CARD and sent.startswith(("8050", "80DC"))]
    assert memories(bench) == before


def test_both_languages_name_the_wrong_chip():
    card = describe(stop("card-unreadable", trouble="psam-in-card-slot")).why
    assert ("用户卡卡座中插的是PSAM卡" in card.zh, "a PSAM is in the user card's slot" in card.en) == (True, True)
    psam = describe(stop("psam-missing", trouble="user-card-in-psam-slot")).why
    assert ("PSAM卡座中插的是用户卡" in psam.zh, "a user card is in the PSAM's slot" in psam.en) == (True, True)
