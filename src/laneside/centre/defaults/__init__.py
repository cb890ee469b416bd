"""The demonstration's data, invented: one station, its lanes, people, fees and a status list of two rows."""

from laneside.centre.defaults.demo import (
    ADMINISTRATOR_ID,
    CENTRE_ACCOUNT,
    COLLECTOR_ID,
    SHIFT_LEADER_ID,
    STATION_HEX,
    DemoPasswords,
    demo_parameters,
    demo_tariff,
    seed_demo,
)

__all__ = [
    "ADMINISTRATOR_ID",
    "CENTRE_ACCOUNT",
    "COLLECTOR_ID",
    "SHIFT_LEADER_ID",
    "STATION_HEX",
    "DemoPasswords",
    "demo_parameters",
    "demo_tariff",
    "seed_demo",
]
