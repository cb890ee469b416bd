"""One kill: before which reader, who dies, at which vehicle, how long after which act began. Its key says all."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

VEHICLES = ("car-3des", "car-sm4", "truck-6", "charge-card", "green-truck")
INTENT = "intent"
"""No act of a collector: the moment at which the intent is on disk, in the middle of the submission."""
_SUBMISSION = (*("submit",) * 3, *(INTENT,) * 4)
"""Most fall into the submission, which is where it hurts."""
_DEBIT_MS = 15.0
READERS = ("roadside", "tcp", "roadside", "serial")
"""By turns: chips over APDUs, and an integrated reader at a real link's pace, which keeps a debit open for longer."""
_SLOWER = {"roadside": 1, "tcp": 8, "serial": 8}


@dataclass(frozen=True, slots=True)
class Victim:
    """When a process is killed: at the beginning of one of these acts, or at most so much later."""

    name: str
    acts: tuple[str, ...]
    within_ms: float


VICTIMS = {
    victim.name: victim
    for victim in (
        Victim("terminal", ("open", "read", "photo", "picture", "quote", *_SUBMISSION, "leave"), 80.0),
        Victim("roadside", ("open", "read", "read", "photo", *_SUBMISSION, "leave"), 80.0),
        Victim("centre", ("read", "photo", "picture", "submit", "submit", "leave"), 1200.0),
    )
}
EVERY = 6
"""So many kills of the terminal come with one of the roadside and one of the centre."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedKill:
    """``twice`` kills once more while the debit is proved; ``leave_open`` goes home without a proof."""

    reader: str
    victim: str
    vehicle: str
    act: str
    after_ms: float
    twice: bool = False
    leave_open: bool = False

    @property
    def key(self) -> str:
        """Name it, so that it can be struck alone."""
        words = [self.reader, self.victim, self.vehicle, self.act, f"{self.after_ms:.1f}"]
        return "/".join([*words, *(["twice"] if self.twice else []), *(["leave-open"] if self.leave_open else [])])

    @classmethod
    def named(cls, key: str) -> PlannedKill:
        """Read a key. Raises ValueError for anything else."""
        reader, victim, vehicle, act, after_ms, *more = key.split("/")
        known = reader in READERS and victim in VICTIMS and vehicle in VEHICLES
        if not known or not set(more) <= {"twice", "leave-open"}:
            raise ValueError(f"{key!r} names no kill")
        return cls(
            reader=reader,
            victim=victim,
            vehicle=vehicle,
            act=act,
            after_ms=float(after_ms),
            twice="twice" in more,
            leave_open="leave-open" in more,
        )


def drawn(seed: int, kills: int) -> list[PlannedKill]:
    """Draw so many kills of the terminal, and the others' among them; number n is the same however many are drawn."""
    plan = []
    for number in range(1, kills + 1):
        random = Random(f"{seed}/{number}")
        reader = READERS[number % len(READERS)]
        plan.append(_planned(random, reader, VICTIMS["terminal"]))
        if number % EVERY == 0:
            reader = random.choice(READERS)
            plan += [_planned(random, reader, VICTIMS[name]) for name in ("roadside", "centre")]
    return plan


def _planned(random: Random, reader: str, victim: Victim) -> PlannedKill:
    act = random.choice(victim.acts)
    within_ms = (_DEBIT_MS if act == INTENT else victim.within_ms) * _SLOWER[reader]
    return PlannedKill(
        reader=reader,
        victim=victim.name,
        vehicle=random.choice(VEHICLES),
        act=act,
        after_ms=round(random.uniform(0.0, within_ms), 1),
        twice=victim.name == "terminal" and random.random() < 0.25,
        leave_open=random.random() < 0.3,
    )
