"""Rules for the terminal itself: its PSAM (event 97) and the age of its status list."""

from __future__ import annotations

from laneside.rules.finding import Finding, stop, warn
from laneside.rules.vehicle_facts import Facts


def psam_missing(facts: Facts) -> Finding | None:
    """Find ``psam-missing``: without a PSAM there is no MAC1 and so no debit."""
    return None if facts.psam_present else stop("psam-missing", trouble=facts.psam_trouble or "absent")


def psam_not_authorised(facts: Facts) -> Finding | None:
    """Find event 97: the PSAM is present but not authorised."""
    return stop(97) if facts.psam_present and not facts.psam_authorised else None


def list_never_loaded(facts: Facts) -> Finding | None:
    """Find ``no-status-list``: nothing can be looked up; the vehicle passes with a warning (spec/status-lists.md 6)."""
    return warn("no-status-list") if facts.list_age_s is None else None


def list_stale(facts: Facts) -> Finding | None:
    """Find ``list-stale``: the list is older than the policy allows; a warning that stops nothing."""
    if facts.list_age_s is None or facts.list_age_s <= facts.policy.status_list_age_s_max:
        return None
    return warn("list-stale", age_s=facts.list_age_s)
