"""Write the table of refusals and remedies into the collector's manual.

``python tools/remedies.py`` prints the table, with ``--write`` it puts it between the marks in the manual. Nothing in
it is typed by hand: every rule is run on a vehicle that breaks it, and the texts are those of the screen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from laneside.contract.parameters import Policy
from laneside.passage.checks import OPEN_DEBIT
from laneside.rules.finding import Finding, Severity
from laneside.rules.finding_texts import describe
from laneside.rules.rule_table import CONFIRMED_RULES, PRESENTED_RULES, check_amount, check_confirmed, check_presented
from laneside.rules.vehicle_facts import CappFacts, CardFacts, Facts, IssuedVehicle, ReadPlate, SeenVehicle, TagFacts
from laneside.tariff.quote import NoFee, NoFeeReason

MANUAL = Path(__file__).parents[1] / "docs" / "operator-manual.zh-CN.md"
BEGIN, END = "<!-- remedies -->", "<!-- /remedies -->"

GANSU, NOWHERE = bytes.fromhex("B8CACBE062010001"), bytes.fromhex("B2E2CAD499010001")
NOW = datetime(2026, 5, 6, 6, 30, 15, tzinfo=UTC)
LONG_AGO, LONG_HENCE = date(2020, 1, 1), date(2036, 1, 1)
CARD_ID = "62012219230200000001"
CAR = IssuedVehicle(plate="甘A12345", colour=0, toll_class=1)
TAG = TagFacts(
    status=0, issuer=GANSU, contract_serial="6201011900000001", signed=LONG_AGO, expiry=LONG_HENCE,
    removal_flag=1, vehicle=CAR, copied_card_id=CARD_ID,
)  # fmt: skip
CARD = CardFacts(
    card_id=CARD_ID, issuer=GANSU, card_type=22, start=LONG_AGO, expiry=LONG_HENCE, vehicle=CAR, balance_fen=50_000,
    capp=CappFacts(status=4, station_hex="62010C07", moment=NOW - timedelta(days=3)),
)  # fmt: skip
CLEAN = Facts(now=NOW, station_hex="62010A0B", tag=TAG, card=CARD, list_age_s=600)
SEEN = SeenVehicle(plate=CAR.plate, colour=CAR.colour, toll_class=1, vehicle_kind=0)


def findings() -> tuple[Finding, ...]:
    """Return one finding for each code that can stop or mark a vehicle, in the order of the checks."""
    found: dict[tuple[int | str, str], Finding] = {}
    for finding in _all_findings():
        found.setdefault((finding.code, finding.params.get("witness", "")), finding)
    codes = list(dict.fromkeys(rule.code for rule in (*PRESENTED_RULES, *CONFIRMED_RULES)))
    missing = [code for code in codes if (code, "") not in found]
    assert not missing, f"no example breaks {missing}"
    of_rules = [finding for code in codes for key, finding in found.items() if key[0] == code]
    return (*of_rules, *(finding for key, finding in found.items() if key[0] not in codes))


def table() -> str:
    """Return the table in Markdown: code, screen text, whether it stops, what to do."""
    rows = [f"| `{f.code}` | {describe(f).text.zh} | {_weight(f)} | {describe(f).remedy.zh} |" for f in findings()]
    return "\n".join(("| 代码 | 屏幕文字 | 性质 | 怎么办 |", "|---|---|---|---|", *rows))


def with_table(manual: str) -> str:
    """Return the manual with the table between its marks."""
    before, _, rest = manual.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def _weight(finding: Finding) -> str:
    if finding.severity is Severity.STOP:
        return "不可放行（班长可放行）" if finding.releasable else "不可放行"
    return "提示" if finding.severity is Severity.WARN else "记录"


def _all_findings() -> Iterator[Finding]:
    for facts in _presented():
        yield from check_presented(facts)
    for confirmed in _confirmed():
        yield from check_confirmed(CLEAN, confirmed)
    yield from check_amount(replace(CLEAN, card=replace(CARD, balance_fen=500)), 1_045)
    no_fee = NoFee(reason=NoFeeReason.NO_TABLE)
    yield Finding(code=no_fee.code, severity=Severity.STOP, params=no_fee.params)
    yield Finding(code=OPEN_DEBIT, severity=Severity.STOP)


def _presented() -> Iterator[Facts]:
    """Break every rule over what was read, one vehicle for each."""
    other = replace(CAR, plate="甘A5E254", toll_class=2)
    here = CappFacts(status=6, station_hex=CLEAN.station_hex, moment=NOW - timedelta(minutes=2))
    entered = CappFacts(status=3, station_hex="62010C02", moment=NOW - timedelta(minutes=40))
    tags = (
        replace(TAG, status=0x01), replace(TAG, removal_flag=0), replace(TAG, expiry=LONG_AGO),
        replace(TAG, signed=LONG_HENCE), replace(TAG, single_chip=True), replace(TAG, listed=(1,)),
        replace(TAG, status=0x04), replace(TAG, issuer=NOWHERE), replace(TAG, vehicle=None, trouble="6A82"),
        replace(TAG, vehicle=replace(CAR, toll_class=99)), replace(TAG, copied_card_id="62012219230200000009"),
    )  # fmt: skip
    cards = (
        replace(CARD, expiry=LONG_AGO), replace(CARD, start=LONG_HENCE), replace(CARD, locked=True),
        replace(CARD, listed=(1,)), replace(CARD, issuer=NOWHERE), replace(CARD, balance_fen=0),
        replace(CARD, card_type=99), replace(CARD, vehicle=other), replace(CARD, issuer=GANSU[:4] + bytes(4)),
        replace(CARD, capp=None), replace(CARD, capp=replace(here, moment=NOW + timedelta(hours=8))),
        replace(CARD, capp=entered), replace(CARD, capp=here),
    )  # fmt: skip
    yield from (replace(CLEAN, tag=tag) for tag in tags)
    yield from (replace(CLEAN, card=card) for card in cards)
    yield replace(CLEAN, tag=None)
    yield replace(CLEAN, card=None)
    yield replace(CLEAN, card=None, card_trouble="6A82")
    yield replace(CLEAN, other_tags=1)
    yield replace(CLEAN, lane_open_trade=True)
    yield replace(CLEAN, psam_present=False)
    yield replace(CLEAN, psam_authorised=False)
    yield replace(CLEAN, list_age_s=None)
    yield replace(CLEAN, list_age_s=Policy().status_list_age_s_max + 1)


def _confirmed() -> Iterator[SeenVehicle]:
    yield replace(SEEN, plate="甘A99999")
    yield replace(SEEN, read=ReadPlate(plate="甘A99999", colour=0))
    yield replace(SEEN, toll_class=2)
    yield replace(SEEN, vehicle_kind=21)
    yield replace(SEEN, plate="甘A")


def main() -> None:
    """Print the table, or write it into the manual."""
    if "--write" in sys.argv[1:]:
        MANUAL.write_text(with_table(MANUAL.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(table())


if __name__ == "__main__":
    main()
