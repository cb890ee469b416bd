"""The fault plan: which exchange fires a fault, that each fires once, and what can never fire."""

from __future__ import annotations

import pytest

from laneside.virtual.faults import Fault, FaultKind, FaultPlan, Place, When


def test_a_fault_fires_once_on_its_channel_and_instruction() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, place=Place.CARD, code="54", when=When.AFTER))
    assert plan.take(Place.CARD, "50") == {}
    assert plan.take(Place.PSAM, "54") == {}
    assert set(plan.take(Place.CARD, "54")) == {When.AFTER}
    assert plan.take(Place.CARD, "54") == {}


def test_digits_of_the_instruction_are_compared_without_case() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, place=Place.CARD, code="DC", when=When.BEFORE))
    assert set(plan.take(Place.CARD, "dc")) == {When.BEFORE}


def test_skip_lets_fitting_exchanges_pass_and_counts_no_others() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, place=Place.CARD, code="B2", skip=2))
    assert [bool(plan.take(Place.CARD, ins)) for ins in ("B2", "A4", "B2", "B2", "B2")] == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_an_empty_instruction_fits_every_exchange() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, place=Place.PSAM, skip=1))
    assert not plan.take(Place.PSAM, "A4")
    assert plan.take(Place.PSAM, "70")


def test_two_like_faults_strike_one_exchange_after_the_other() -> None:
    plan = FaultPlan()
    for _ in range(2):
        plan.add(Fault(kind=FaultKind.CUT, place=Place.CARD, code="54"))
    assert [len(plan.take(Place.CARD, "54")) for _ in range(3)] == [1, 1, 0]


def test_one_exchange_may_be_struck_before_and_after() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.HOLD, place=Place.CARD, code="54", when=When.BEFORE))
    plan.add(Fault(kind=FaultKind.CUT, place=Place.CARD, code="54", when=When.AFTER))
    fired = plan.take(Place.CARD, "54")
    assert (fired[When.BEFORE].kind, fired[When.AFTER].kind) == (FaultKind.HOLD, FaultKind.CUT)


def test_cleared_faults_do_not_fire() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, place=Place.CARD))
    plan.clear()
    assert plan.waiting == ()
    assert plan.take(Place.CARD, "54") == {}


def test_a_lanes_code_is_an_operation() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, place=Place.LANE, code="conclude"))
    assert not plan.take(Place.LANE, "waiting")
    assert plan.take(Place.LANE, "conclude")


def test_what_could_never_fire_is_refused() -> None:
    frames_only = {FaultKind.HALF, FaultKind.DELAY, FaultKind.DOUBLE, FaultKind.FOREIGN}
    refused = {Place.CARD: frames_only, Place.TAG: frames_only, Place.PSAM: frames_only}
    refused |= {Place.TO_READER: {FaultKind.REFUSE}, Place.FROM_READER: {FaultKind.REFUSE}}
    refused[Place.LANE] = set(FaultKind) - {FaultKind.HOLD, FaultKind.CUT, FaultKind.WITHDRAW_CARD}
    for place in Place:
        for kind in FaultKind:
            if kind not in refused[place]:
                Fault(kind=kind, place=place)
                continue
            with pytest.raises(ValueError, match=f"{kind} has no meaning at {place}"):
                Fault(kind=kind, place=place)
    for wrong in ({"code": "8054"}, {"code": "zz"}, {"skip": -1}, {"delay_s": -1.0}, {"status_word": "90"}):
        with pytest.raises(ValueError, match=r"."):
            Fault(kind=FaultKind.HOLD, place=Place.CARD, **wrong)
