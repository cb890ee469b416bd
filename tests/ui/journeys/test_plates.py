"""The plate is read in the photo by itself: few touches, three witnesses, and help before the shutter."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys.conftest import Pages, Picture, device_of, hands
from journeys.facts import images_of, paid_once
from journeys.hand import Camera, Hand
from PIL import Image, ImageEnhance, ImageFilter
from street import Street, street
from timeouts import scaled

from laneside.virtual.picture import draw_vehicle

pytest.importorskip("onnxruntime", reason="needs the extra plates")

TOUCHES_MAX = 4
READ_MS = scaled(30_000)
CUT_OUT_SIZE = (480, 140)
HINT_GROUND = (255, 194, 41)


@pytest.fixture(scope="module")
def reading_lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street whose terminal reads plates, as it does by default."""
    with street(tmp_path_factory.mktemp("street"), duplicate_window_s=0, search_s=2.0) as running:
        yield running


@pytest.fixture(scope="module")
def reader_hand(seeing, reading_lane: Street, camera: Camera) -> Iterator[Hand]:
    hand = device_of(seeing, reading_lane, camera)
    yield hand
    hand.close()


@pytest.fixture
def reader(reader_hand: Hand) -> Iterator[Hand]:
    """The collector's device at a terminal that reads plates, at home before and after."""
    reader_hand.come_home()
    reader_hand.complaints.clear()
    yield reader_hand
    assert reader_hand.complaints == []


@pytest.fixture
def windows(seeing, reading_lane: Street, camera: Camera) -> Iterator[Pages]:
    with hands(seeing, reading_lane, camera) as another:
        yield another


def plate_is_read(hand: Hand) -> str:
    """Wait until the photo's plate is read; what was read comes back."""
    found = hand.page.locator(".sight-plate b")
    found.wait_for(timeout=READ_MS)
    return "".join(found.inner_text().split())


def test_an_ordinary_car_takes_four_touches_and_no_key(reader: Hand, picture: Picture) -> None:
    before = reader.arrive("car-sm4")
    reader.begin()
    reader.read()
    reader.forget_touches()
    reader.at("picture")
    reader.shoot()
    assert plate_is_read(reader) == "甘A8K631"
    reader.see(".agreement .good:has-text('与识别一致')")
    assert reader.plate_boxes == "甘A8K631"
    assert not reader.page.locator(".keyboard").is_visible()
    for words in ("与卡一致", "与签一致", "与识别一致"):
        assert words in reader.text
    cut_out = reader.page.locator(".sight-plate img")
    assert cut_out.evaluate("(image) => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [
        *CUT_OUT_SIZE
    ]
    picture(reader, "picture")
    reader.main("提交图片数据")
    reader.at("exit")
    assert "识别" in reader.text
    reader.main("算费")
    reader.at("fee")
    reader.main("提交数据")
    reader.ends("completed")
    touched = reader.touched
    reader.leave()
    assert len(touched) <= TOUCHES_MAX, touched
    kept = paid_once(reader, before)
    assert (kept.record.identified_vehicle_id, kept.record.special_type) == ("甘A8K631_0", "")
    (image,) = images_of(reader, kept.passage_id)
    read = image["plateReading"]
    assert read["vehicleId"] == "甘A8K631_0"
    assert read["confidence"] >= 0.9
    jpeg = reader.street.photo_at_centre(read["cutOutSha256"])
    assert jpeg is not None
    with Image.open(io.BytesIO(jpeg)) as cut:
        assert cut.size == CUT_OUT_SIZE


def test_the_terminals_own_process_never_loads_the_heavy_libraries(reader: Hand) -> None:
    reader.arrive("car-sm4")
    reader.to_picture()
    reader.shoot()
    plate_is_read(reader)
    leave_by_hand(reader)
    terminal = reader.street.fleet.terminal.child.pid
    maps = Path(f"/proc/{terminal}/maps").read_text(encoding="utf-8")
    assert not [name for name in ("numpy", "cv2", "onnxruntime") if name in maps]
    (worker,) = [pid for pid in children_of(terminal) if "laneside.plates.worker" in command_of(pid)]
    assert "onnxruntime" in Path(f"/proc/{worker}/maps").read_text(encoding="utf-8")
    assert os.getpriority(os.PRIO_PROCESS, worker) == 10


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text(encoding="utf-8").split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def test_another_plate_before_the_camera_is_seen_by_the_third_witness(reader: Hand, picture: Picture) -> None:
    reader.arrive("car-sm4")
    reader.camera.sees(draw_vehicle("甘A7Q305", 0, 1, 4711))
    reader.to_picture()
    reader.shoot()
    assert plate_is_read(reader) == "甘A7Q305"
    reader.see(".agreement .bad:has-text('与卡不符')")
    reader.retype("甘A8K631", 0)
    reader.see(".agreement .bad:has-text('与识别不符')")
    assert "与卡一致" in reader.text
    picture(reader, "plate-differs")
    reader.main("提交图片数据")
    reader.at("exit")
    assert "138 照片识别的车牌与卡签不一致" in reader.text
    reader.tap("更改")
    reader.at("picture")
    reader.tap("采用")
    reader.see(".agreement .good:has-text('与识别一致')")
    assert reader.plate_boxes == "甘A7Q305"
    reader.main("提交图片数据")
    reader.at("stopped")
    assert "实际车牌（含颜色）与ETC发行车牌（含颜色）不一致" in reader.text
    reader.main("拒绝放行")
    reader.ends("refused")
    reader.leave()


def test_what_is_typed_while_the_plate_is_read_stays(reader: Hand) -> None:
    reader.arrive("car-3des")
    reader.to_picture()
    reader.shoot()
    reader.page.locator(".cells").tap()
    reader.key("京")
    reader.page.locator(".sight-plate b").wait_for(timeout=READ_MS, state="attached")
    reader.page.locator("h1, .chips").first.tap()
    assert reader.plate_boxes.startswith("京")
    view = reader.view()
    assert view is not None
    assert (view["picture"]["plate"], view["picture"]["reading"]["plate"]) == ("京", "甘A12345")
    leave_by_hand(reader)


def leave_by_hand(hand: Hand) -> None:
    """End the vehicle beside the browser, whose page must not be the one that would follow by itself."""
    hand.go("/records")
    with hand.street.collector() as collector:
        collector.act("transfer", reason="测试结束")
        collector.act("leave")


# --- before the shutter


def ground_of(png: bytes) -> tuple[int, ...]:
    """Return the commonest colour of what is really to be seen there."""
    with Image.open(io.BytesIO(png)) as shown:
        counted = shown.convert("RGB").getcolors(1 << 20)
    assert counted is not None
    return max(counted)[1]  # type: ignore[return-value]  # RGB


def spoilt(jpeg: bytes, how: str) -> bytes:
    with Image.open(io.BytesIO(jpeg)) as opened:
        image = opened.convert("RGB")
    match how:
        case "dark":
            image = ImageEnhance.Brightness(image).enhance(0.2)
        case "glare":
            image = ImageEnhance.Brightness(image).enhance(4.0)
        case "blurred":
            image = image.filter(ImageFilter.GaussianBlur(5))
        case "small":
            far = image.resize((image.width // 3, image.height // 3))
            image = Image.new("RGB", image.size, (120, 122, 125))
            image.paste(far, (image.width // 3, image.height // 3))
        case _:
            pass
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("well", ""),
        ("dark", "画面太暗，请补光"),
        ("glare", "画面过亮，换个角度避开反光"),
        ("blurred", "画面模糊，拿稳再拍"),
        ("small", "车牌太小，请靠近"),
    ],
)
def test_what_would_spoil_the_photo_is_told_before_the_shutter(reader: Hand, picture: Picture, how, words) -> None:
    reader.arrive("car-new-energy")
    reader.camera.sees(spoilt(draw_vehicle("甘AD20188", 4, 1, 7), how))
    reader.to_picture()
    reader.see(".mark-source")
    reader.see(".framing .aim:visible")
    hint = reader.page.locator(".framing .hint")
    if words:
        hint.wait_for()
        assert hint.inner_text().strip() == words
        assert ground_of(hint.screenshot()) == HINT_GROUND
        if how == "small":
            picture(reader, "framing")
    else:
        reader.page.wait_for_timeout(2_000)
        assert reader.page.locator("lane-framing").get_attribute("data-fault") == ""
        assert not hint.is_visible()
    assert reader.page.locator("[data-shutter]").is_enabled()
    leave_by_hand(reader)
