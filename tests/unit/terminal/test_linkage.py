"""What the routes pass to the ports and what they answer: page, fragment, redirect, JSON."""

from __future__ import annotations

import pytest
from gallery import SCENES, Scene
from msgspec.structs import replace
from samples import (
    COMPLETED,
    NOT_DEBITED,
    QUOTED,
    READ,
    READY_TO_QUOTE,
    START,
    STOPPED,
    STOPPED_LISTED,
    WITH_PLATE,
    w,
)

from laneside.passage.answers import Rejected
from laneside.passage.flows.flow import Activity

HTMX = {"hx-request": "true"}
JSON = {"accept": "application/json"}
JPEG = b"\xff\xd8\xff\xe0 not looked at here"
ACTIONS = {
    "read": (START, {}, ("read", 1, {})),
    "same-as-pair": (READ, {}, ("same-as-pair", 2, {})),
    "picture": (
        WITH_PLATE,
        {"plate": "甘a12345", "colour": "0"},
        ("picture", 3, {"plate": "甘a12345", "colour": 0}),
    ),
    "select": (
        READY_TO_QUOTE,
        {"toll_class": "16", "vehicle_kind": ""},
        ("select", 4, {"toll_class": 16, "vehicle_kind": None}),
    ),
    "quote": (READY_TO_QUOTE, {}, ("quote", 4, {})),
    "submit": (QUOTED, {}, ("submit", 5, {})),
    "prove": (QUOTED, {}, ("prove", 5, {})),
    "rewrite-tag": (COMPLETED, {}, ("rewrite-tag", 6, {})),
    "release": (
        STOPPED_LISTED,
        {"code": "24", "leader": "620100", "password": " spaced ", "reason": "已核实"},
        ("release", 2, {"code": "24", "leader": "620100", "password": " spaced ", "reason": "已核实"}),
    ),
    "refuse": (STOPPED, {"reason": "41"}, ("refuse", 2, {"reason": "41"})),
    "transfer": (READ, {"reason": "车辆驶离"}, ("transfer", 2, {"reason": "车辆驶离"})),
    "abandon": (READ, {"reason": "车辆驶离"}, ("abandon", 2, {"reason": "车辆驶离"})),
    "resume": (READ, {}, ("resume", 2, {})),
    "leave": (COMPLETED, {}, ("leave", 6, {})),
}


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_each_action_reaches_the_desk_once_with_its_fields(page, action):
    view, fields, call = ACTIONS[action]
    page.show(Scene(path="/linkage", view=view))
    answer = page.post(f"/linkage/{action}", revision=view.revision, **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/linkage")
    assert page.gallery.calls == [call]


@pytest.mark.parametrize("revision", ["1", "3", "", "two", "-2", "2.0", "²", "9" * 30])
def test_a_stale_or_broken_revision_acts_on_nothing_and_shows_the_present_state(page, revision):
    page.show(Scene(path="/linkage", view=READ))
    page.post("/linkage/submit", revision=revision)
    assert page.gallery.calls == []
    shown = page.client.get("/linkage").text
    assert "页面已更新" in shown
    assert 'data-revision="2"' in shown
    assert "页面已更新" not in page.client.get("/linkage").text


@pytest.mark.parametrize("action", ["submit", "draft", "photo"])
def test_a_page_left_open_from_the_last_vehicle_touches_nothing_of_this_one(page, action):
    page.show(Scene(path="/linkage", view=QUOTED))
    fields = {
        "csrf": page.csrf,
        "revision": QUOTED.revision,
        "passage": "the-last-one",
        "plate": "甘A99999",
        "colour": 0,
    }
    files = {"photo": ("a.jpg", JPEG, "image/jpeg")} if action == "photo" else None
    answer = page.client.post(f"/linkage/{action}", data=fields, files=files, headers=JSON).json()
    assert (answer["ok"], answer["rejected"]["field"]) == (False, "revision")
    assert page.gallery.calls == []


def test_an_action_that_nobody_offers_is_not_there(page):
    page.show(Scene(path="/linkage", view=READ))
    assert page.post("/linkage/debit-twice", revision=2).status_code == 404


def test_a_rejected_field_has_its_message_beside_it(page):
    page.show(replace(SCENES["typed-wrong"], view=WITH_PLATE))
    page.post("/linkage/picture", revision=WITH_PLATE.revision, plate="", colour="0")
    shown = page.client.get("/linkage").text
    message, field = shown.index("请输入车牌"), shown.index('id="picture-form"')
    assert field < message < shown.index("</form>", field)


def test_a_rejected_release_stays_on_its_sheet_and_keeps_no_password(page):
    page.show(Scene(path="/linkage", view=STOPPED_LISTED, notice=Rejected(field="password", text=w("不对", "wrong"))))
    answer = page.post("/linkage/release", HTMX, revision=2, sheet="release", code="24", leader="1", password="secret")
    assert "不对" in answer.text
    assert 'id="release-form"' in answer.text
    assert "secret" not in answer.text


def test_htmx_gets_the_stage_alone_and_nothing_while_nothing_changed(page):
    page.show(Scene(path="/linkage", view=replace(START, activity=Activity.READING)))
    stage = page.client.get("/linkage", headers=HTMX).text
    assert stage.lstrip().startswith("<main")
    assert "every 300ms" in stage
    again = stage.split('hx-get="/linkage?seen=')[1].split('"')[0]
    assert page.client.get(f"/linkage?seen={again}", headers=HTMX).status_code == 204
    page.show(Scene(path="/linkage", view=READ))
    assert page.client.get(f"/linkage?seen={again}", headers=HTMX).status_code == 200


def test_htmx_is_sent_on_when_the_vehicle_or_the_login_is_gone(page):
    page.show(Scene(path="/linkage", view=None))
    assert page.client.get("/linkage?seen=1", headers=HTMX).headers["hx-redirect"] == "/"
    page.show(Scene(path="/linkage", view=None, logged_in=False))
    assert page.client.get("/status").status_code == 200
    assert page.client.get("/linkage?seen=1", headers=HTMX).headers["hx-redirect"] == "/login"


def test_a_script_is_answered_in_json(page):
    page.show(Scene(path="/linkage", view=QUOTED))
    assert f'name="passage" value="{QUOTED.passage_id}"' in page.client.get("/linkage").text
    done = page.post("/linkage/submit", JSON, revision=5).json()
    assert (done["ok"], done["rejected"], done["view"]["quote"]["fee_fen"]) == (True, None, 1045)
    stale = page.post("/linkage/submit", JSON, revision=4).json()
    assert (stale["ok"], stale["rejected"]["field"]) == (False, "revision")
    assert page.client.get("/linkage", headers=JSON).json()["view"]["passage_id"] == QUOTED.passage_id


@pytest.mark.parametrize(("live", "told"), [("1", True), ("0", False), ("", False)])
def test_a_photo_goes_to_the_desk_as_bytes(page, live, told):
    page.show(Scene(path="/linkage", view=READ))
    files = {"photo": ("a.jpg", JPEG, "image/jpeg")}
    page.client.post("/linkage/photo", data={"csrf": page.csrf, "live": live}, files=files)
    assert page.gallery.calls == [("take_photo", JPEG, {"live": told, "passage_id": ""})]


def test_a_photo_form_without_a_photo_says_so(page):
    page.show(Scene(path="/linkage", view=READ))
    page.client.post("/linkage/photo", data={"csrf": page.csrf}, files={"photo": ("", b"", "image/jpeg")})
    assert page.gallery.calls == []
    assert "没有收到照片" in page.client.get("/linkage").text


def test_what_was_typed_elsewhere_is_printed_as_text(page):
    hostile = replace(WITH_PLATE, picture=replace(WITH_PLATE.picture, plate='"><script>x</script>'))
    page.show(Scene(path="/linkage", view=hostile))
    assert "<script>x" not in page.client.get("/linkage").text


def test_not_debited_offers_retry_through_the_same_submit(page):
    page.show(Scene(path="/linkage", view=NOT_DEBITED))
    shown = page.client.get("/linkage").text
    assert 'action="/linkage/submit"' in shown
    assert 'action="/linkage/transfer"' in shown
