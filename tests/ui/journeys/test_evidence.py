"""Pictures that do not come from the camera, files that are none, and everything kept of a vehicle."""

from __future__ import annotations

import io

import pytest
from journeys.conftest import Picture
from journeys.facts import FEE_FEN, images_of, paid_once
from journeys.hand import Hand
from marker import read_marker
from PIL import Image

from laneside.virtual.picture import draw_vehicle


def test_a_file_from_elsewhere_is_marked_and_a_bad_one_told_beside_its_field(hand: Hand) -> None:
    before = hand.arrive("car-sm4")
    hand.to_picture()
    pick(hand, "notes.jpg", b"not a picture at all")
    hand.see(".shooting ~ .wrong")
    assert "无法识别的图片文件" in hand.text
    pick(hand, "broken.jpg", hand.street.panel.picture()[:2000])
    hand.see(".shooting ~ .wrong")
    old = draw_vehicle("甘A8K631", 0, 1, 4711)
    pick(hand, "old.jpg", with_exif(old))
    hand.see(".shot .not-live")
    assert "非现场拍摄" in hand.text
    hand.type_plate("甘A8K631", 0)
    hand.main("提交图片数据")
    hand.at("exit")
    assert "非现场拍摄" in hand.text
    hand.main("算费")
    hand.main("提交数据")
    hand.ends("completed")
    hand.leave()
    kept = paid_once(hand, before)
    (image,) = images_of(hand, kept.passage_id)
    assert (image["live"], image["photoSha256"]) == (False, kept.photo_sha256)
    jpeg = hand.street.photo_at_centre(str(kept.photo_sha256))
    assert jpeg is not None
    assert read_marker(jpeg) == 4711
    with Image.open(io.BytesIO(jpeg)) as photo:
        assert not photo.getexif()


def pick(hand: Hand, name: str, content: bytes) -> None:
    """Pick a file as the device's file dialogue would hand it over."""
    hand.see("lane-camera .tools")
    hand.page.set_input_files(
        "lane-camera input[type=file]", {"name": name, "mimeType": "image/jpeg", "buffer": content}
    )


def with_exif(jpeg: bytes) -> bytes:
    """Write a maker and a place into a picture, as a phone does."""
    with Image.open(io.BytesIO(jpeg)) as photo:
        exif = photo.getexif()
        exif[0x010F] = "Camera of somebody"
        out = io.BytesIO()
        photo.save(out, "JPEG", exif=exif, quality=88)
    return out.getvalue()


def test_the_record_shows_all_that_is_kept(hand: Hand, picture: Picture) -> None:
    before = hand.arrive("car-new-energy")
    hand.begin()
    picture(hand, "read")
    hand.read()
    hand.at("picture")
    hand.see(".mark-source")
    picture(hand, "camera")
    hand.shoot()
    for character in "甘AD2018":
        hand.key(character)
    picture(hand, "keyboard")
    hand.type_plate("8", 4)
    hand.see(".agreement .good")
    hand.main("提交图片数据")
    hand.main("算费")
    hand.at("fee")
    picture(hand, "fee")
    hand.tap("给司机看")
    hand.at("driver")
    picture(hand, "driver")
    hand.main("回到办理")
    hand.at("fee")
    hand.main("提交数据")
    hand.ends("completed")
    hand.leave()
    kept = paid_once(hand, before)
    hand.tap("今日记录")
    hand.page.locator(".row").first.tap()
    hand.see(".record-head.end-completed")
    photo = hand.page.locator(".shot img")
    assert photo.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    assert str(photo.get_attribute("src")).endswith("?watermark=1")
    box = photo.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(4 / 3, abs=0.02), "the watermark at its lower edge shows"
    watermark_is_drawn(hand, str(kept.photo_sha256))
    shown = hand.text
    card = hand.street.card()
    for fact in ("一致 · 有效 · 不在名单", "应收 11.00", "优惠 0.55", "实收 10.45", "500.00 489.55"):
        assert fact in shown, fact
    assert f"{before['card']['counter']} {card['counter']}" in shown
    assert before["card"]["file_0019"] in shown.replace(" ", "")
    assert card["file_0019"] in shown.replace(" ", "")
    assert kept.record.record_id in shown.replace(" ", "")
    picture(hand, "detail")
    hand.main("通行凭条")
    hand.see(".paper")
    assert "非发票" in hand.text
    assert f"实收金额 {FEE_FEN / 100:.2f} 元" in hand.text
    picture(hand, "slip")


def watermark_is_drawn(hand: Hand, sha256: str) -> None:
    """The shown copy is another picture than the stored one, of the same size and vehicle."""
    fetched = "(path) => fetch(path).then((a) => a.arrayBuffer()).then((b) => Array.from(new Uint8Array(b)))"
    shown, stored = (bytes(hand.page.evaluate(fetched, f"/photos/{sha256}{more}")) for more in ("?watermark=1", ""))
    assert stored == hand.street.photo_at_centre(sha256)
    assert shown != stored
    assert read_marker(shown) == read_marker(stored) == hand.seed & 0xFFFF
    with Image.open(io.BytesIO(shown)) as marked, Image.open(io.BytesIO(stored)) as bare:
        assert marked.size == bare.size
