"""Vehicles that pay and pass, by taps alone."""

from __future__ import annotations

import io
import time

from journeys.conftest import Picture
from journeys.facts import paid_once
from journeys.hand import Hand
from marker import read_marker
from PIL import Image
from sampling import darkest_and_lightest, flattened
from timeouts import scaled

from laneside.codec.card import CappRecord
from laneside.virtual.picture import SIZE as PICTURE_SIZE
from laneside.virtual.picture import corners_of
from laneside.virtual.plate_face import Face
from laneside.virtual.vehicles import Vehicle, vehicle_named

TOUCHES_MAX = 4
HOME_TO_HOME_S_MAX = scaled(20.0)
SIDE_PX_MAX = 1_280


def test_an_ordinary_car_pays_with_four_touches_after_the_reading(hand: Hand, picture: Picture) -> None:
    before = hand.arrive("car-sm4")
    picture(hand, "home")
    hand.tap("11 车道")
    began = time.monotonic()
    hand.main("ETC联动")
    hand.at("read")
    hand.main("读卡")
    hand.forget_touches()
    hand.at("picture")
    assert "一致 · 有效 · 不在名单" in hand.text
    hand.shoot()
    hand.type_plate("甘A8K631", 0)
    hand.main("提交图片数据")
    hand.at("exit")
    hand.main("算费")
    hand.at("fee")
    assert "实收 10.45 元 应收 11.00 优惠 0.55" in hand.text
    hand.main("提交数据")
    hand.ends("completed")
    touched = hand.touched
    assert "已扣费 10.45 元 请放行" in hand.text
    hand.leave()
    assert time.monotonic() - began <= HOME_TO_HOME_S_MAX
    assert len(touched) <= TOUCHES_MAX, touched
    kept = paid_once(hand, before)
    assert kept.record.vehicle_id == kept.record.identified_vehicle_id == "甘A8K631_0"
    assert (kept.record.toll_class, kept.record.vehicle_kind) == (1, 0)
    written = CappRecord.from_bytes(bytes.fromhex(hand.street.card()["file_0019"]))
    assert (written.station_hex, written.lane, written.status) == ("62010A0B", "11", 0x06)
    photo_shows_the_camera(hand, kept.photo_sha256)


def photo_shows_the_camera(hand: Hand, sha256: str | None) -> None:
    """The photo at the centre is whole, small, without EXIF, and shows what stood before the camera."""
    assert sha256 is not None
    jpeg = hand.street.photo_at_centre(sha256)
    assert jpeg is not None
    with Image.open(io.BytesIO(jpeg)) as photo:
        photo.load()
        assert photo.format == "JPEG"
        assert max(photo.size) <= SIDE_PX_MAX
        assert not photo.getexif()
        assert not {"exif", "comment"} & set(photo.info)
        plate_stands_out(photo.convert("RGB"), vehicle_named(hand.vehicle["name"]))
    assert read_marker(jpeg) == hand.seed & 0xFFFF


def plate_stands_out(photo: Image.Image, vehicle: Vehicle) -> None:
    """Every character of the plate can be told from its ground after browser, upload and re-encoding."""
    assert photo.size == PICTURE_SIZE
    corners = corners_of(vehicle.plate, vehicle.colour, vehicle.toll_class, vehicle.seed)
    face = Face(plate=vehicle.plate, colour=vehicle.colour)
    sheet = flattened(photo, corners, face.size_mm)
    for cell in face.cells():
        dark, light = darkest_and_lightest(sheet, cell)
        assert light - dark > 80, f"{cell.character} of {vehicle.plate}"


def test_a_plate_of_eight_characters_is_typed_and_is_gradient_green(hand: Hand) -> None:
    before = hand.arrive("car-new-energy")
    hand.to_picture()
    hand.shoot()
    hand.type_plate("甘AD20188", 4)
    assert hand.plate_boxes == "甘AD20188"
    hand.see(".cells.hue-4")
    hand.main("提交图片数据")
    hand.at("exit")
    hand.main("算费")
    hand.main("提交数据")
    hand.ends("completed")
    hand.leave()
    kept = paid_once(hand, before)
    assert kept.record.identified_vehicle_id == "甘AD20188_4"


def test_class_and_kind_of_a_truck_want_explicit_touches(hand: Hand, picture: Picture) -> None:
    before = hand.arrive("truck-6")
    hand.to_exit()
    assert "请选择车型" in hand.text
    assert "请选择车种" in hand.text
    assert hand.page.locator("[data-main]").is_disabled()
    picture(hand, "exit")
    hand.choose("class", "六型货车")
    assert hand.page.locator("[data-main]").is_disabled()
    hand.choose("kind", "普通")
    hand.main("算费")
    hand.at("fee")
    hand.main("提交数据")
    hand.ends("completed")
    hand.leave()
    kept = paid_once(hand, before, fee_fen=5_121)
    assert (kept.record.toll_class, kept.record.vehicle_kind) == (16, 0)
