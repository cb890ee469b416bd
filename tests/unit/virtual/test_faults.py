"""The fault plan: which exchange sets a fault off, and that each fires once."""

from __future__ import annotations

from laneside.virtual.faults import Fault, FaultKind, FaultPlan, When


def test_a_fault_fires_once_on_its_channel_and_instruction() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, channel="card", ins="54", when=When.AFTER))
    assert plan.take("card", "50") == {}
    assert plan.take("psam", "54") == {}
    assert set(plan.take("card", "54")) == {When.AFTER}
    assert plan.take("card", "54") == {}


def test_digits_of_the_instruction_are_compared_without_case() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, channel="card", ins="DC", when=When.BEFORE))
    assert set(plan.take("card", "dc")) == {When.BEFORE}


def test_skip_lets_fitting_exchanges_pass_and_counts_no_others() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, channel="card", ins="B2", skip=2))
    assert [bool(plan.take("card", ins)) for ins in ("B2", "A4", "B2", "B2", "B2")] == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_an_empty_instruction_fits_every_exchange() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, channel="psam", skip=1))
    assert not plan.take("psam", "A4")
    assert plan.take("psam", "70")


def test_two_like_faults_strike_one_exchange_after_the_other() -> None:
    plan = FaultPlan()
    for _ in range(2):
        plan.add(Fault(kind=FaultKind.CUT, channel="card", ins="54"))
    assert [len(plan.take("card", "54")) for _ in range(3)] == [1, 1, 0]


def test_one_exchange_may_be_struck_before_and_after() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.HOLD, channel="card", ins="54", when=When.BEFORE))
    plan.add(Fault(kind=FaultKind.CUT, channel="card", ins="54", when=When.AFTER))
    fired = plan.take("card", "54")
    assert (fired[When.BEFORE].kind, fired[When.AFTER].kind) == (FaultKind.HOLD, FaultKind.CUT)


def test_cleared_faults_do_not_fire() -> None:
    plan = FaultPlan()
    plan.add(Fault(kind=FaultKind.CUT, channel="card"))
    plan.clear()
    assert plan.waiting == ()
    assert plan.take("card", "54") == {}
