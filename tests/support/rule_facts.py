"""Facts with one thing changed, and checks of whole tables of cases, for the tests of rules."""

from datetime import timedelta

from msgspec.structs import replace

from laneside.rules.finding import Severity
from laneside.rules.rule_table import PRESENTED_RULES, check_presented
from laneside.rules.vehicle_facts import CappFacts, IssuedVehicle, Repeat, RepeatBy

BEIJING_ISSUER = bytes.fromhex("B1B1BEA911010001")
UNKNOWN_ISSUER = bytes.fromhex("4142434462010001")
HERE = "62010A0B"


def tagged(facts, **changes):
    return replace(facts, tag=replace(facts.tag, **changes))


def carded(facts, **changes):
    return replace(facts, card=replace(facts.card, **changes))


def last(facts, *, status, station=HERE, ago_s=60):
    capp = CappFacts(status=status, station_hex=station, moment=facts.now - timedelta(seconds=ago_s))
    return carded(facts, capp=capp)


def seen(facts, by=RepeatBy.CARD, age_s=60, *, this_terminal=True):
    return replace(facts, repeats=(*facts.repeats, Repeat(by=by, age_s=age_s, this_terminal=this_terminal)))


def plate(text, colour=0, toll_class=1):
    return IssuedVehicle(plate=text, colour=colour, toll_class=toll_class)


def codes(facts):
    return [finding.code for finding in check_presented(facts)]


STOP, RELEASABLE, WARN, NOTE = "stop", "releasable", "warn", "note"


def codes_of(module):
    """Return the codes that the rules of one module may find."""
    return {rule.code for rule in PRESENTED_RULES if rule.check.__module__ == f"laneside.rules.{module}"}


def wrong_alone(clean, cases):
    """Return the cases (code, weight, change) in which the change does not give exactly that finding."""
    wrong = []
    for number, (code, weight, change) in enumerate(cases):
        found = [(finding.code, finding.severity, finding.releasable) for finding in check_presented(change(clean))]
        severity = Severity.STOP if weight == RELEASABLE else Severity(weight)
        if found != [(code, severity, weight == RELEASABLE)]:
            wrong.append((number, code, weight, found))
    return wrong


def found_in(clean, changes):
    """Return the findings of the changes {name: change} that should give none."""
    return {name: found for name, change in changes.items() if (found := codes(change(clean)))}
