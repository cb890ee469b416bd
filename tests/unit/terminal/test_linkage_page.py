"""The open area, the main button and the sound follow from the view alone."""

from __future__ import annotations

import pytest
import samples as s
from msgspec.structs import replace

from laneside.passage.flows.flow import Activity
from laneside.passage.views.views import PassageView
from laneside.terminal.web.linkage_page import Area, Sheet, linkage_page


def page_of(view: PassageView, sheet: Sheet = Sheet.NONE):
    return linkage_page(view, sheet, "")


@pytest.mark.parametrize(
    ("view", "area", "label", "cue"),
    [
        (s.START, Area.READ, "act.read", ""),
        (s.TROUBLE, Area.READ, "act.read", "trouble"),
        (s.READ, Area.PICTURE, "act.photo", "passed"),
        (s.WITH_PHOTO, Area.PICTURE, "act.submit_picture", "passed"),
        (s.AFTER_PICTURE, "exit", "act.quote", ""),
        (s.READY_TO_QUOTE, "exit", "act.quote", ""),
        (s.QUOTED, "fee", "act.submit", "fee"),
        (s.STOPPED, Area.STOPPED, "act.refuse", "stopped"),
        (s.COMPLETED, Area.RESULT, "act.next_vehicle", "debited"),
        (s.TAG_FAILED, Area.RESULT, "act.next_vehicle", "debited"),
        (s.NOT_DEBITED, Area.RESULT, "act.retry", "not-debited"),
        (s.UNKNOWN, Area.RESULT, "act.prove", "unknown"),
        (s.REFUSED, Area.RESULT, "act.next_vehicle", "refused"),
        (replace(s.QUOTED, activity=Activity.SUBMITTING), Area.BUSY, "busy.submitting", ""),
        (replace(s.READ, ask_idle=True), Area.IDLE, "act.resume", "ask"),
    ],
)
def test_a_state_has_one_area_one_button_one_sound(view, area, label, cue):
    page = page_of(view)
    assert (page.area, page.main.label, page.cue) == (area, label, cue)


def test_the_fee_button_waits_for_class_and_kind():
    assert not page_of(s.AFTER_PICTURE).main.enabled
    assert page_of(s.READY_TO_QUOTE).main.enabled


def test_while_the_reader_works_nothing_can_be_touched():
    for activity in set(Activity) - {Activity.NONE}:
        page = page_of(replace(s.QUOTED, activity=activity))
        assert not page.main.enabled
        assert page.side.label == ""


def test_an_unknown_debit_offers_no_way_to_debit_again():
    page = page_of(s.UNKNOWN)
    assert page.main.action == "prove"
    assert page.side.action == "leave"


@pytest.mark.parametrize(
    ("sheet", "view"),
    [
        (Sheet.RELEASE, s.STOPPED),
        (Sheet.DRIVER, s.READ),
        (Sheet.DRIVER, s.COMPLETED),
        (Sheet.PICTURE, s.READ),
        (Sheet.CAMERA, s.COMPLETED),
        (Sheet.LEAVE, replace(s.UNKNOWN, actions=frozenset({"prove"}))),
    ],
)
def test_a_sheet_that_is_not_offered_is_not_shown(sheet, view):
    assert page_of(view, sheet).area is page_of(view).area


def test_going_back_asks_for_a_reason_once_a_vehicle_was_begun():
    assert page_of(s.START).side.action == "leave"
    assert page_of(s.READ).side.link == "/linkage?sheet=leave"


def test_refusing_takes_the_finding_along_as_its_reason():
    reason = page_of(s.STOPPED).main.reason
    assert reason is not None
    assert reason.zh.startswith("41 ")


def test_a_released_finding_stops_nothing_any_more():
    released = replace(s.READ, findings=(replace(s.LISTED, released=True),))
    page = page_of(released)
    assert page.area == Area.PICTURE
    assert page.remarks == released.findings


def test_what_is_drawn_has_a_name_that_changes_with_it():
    assert page_of(s.READ).seen == page_of(replace(s.READ, age_s=s.READ.age_s + 1)).seen
    assert page_of(s.READ).seen != page_of(s.WITH_PHOTO).seen
    assert page_of(s.READ).seen != page_of(s.READ, Sheet.LEAVE).seen
    delivered = replace(s.QUOTED, picture=replace(s.QUOTED.picture, delivered=True))
    assert page_of(s.QUOTED).seen != page_of(delivered).seen
