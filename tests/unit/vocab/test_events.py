"""The 特情 table against what spec/codes.md section 9 says of it."""

import pytest

from laneside.vocab.events import EventStatus, EventVehicle, special_event, special_event_rows


def span(text):
    """Read a list as codes.md 9.7 prints it."""
    found = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("–")
        found |= set(range(int(first), int(last or first) + 1))
    return found


DEFINED = span(
    "1–10, 12–14, 21–29, 31, 33–36, 38, 39, 41–45, 51–56, 58, 60, 63, 66, "
    "91, 97, 111, 112, 117–119, 122–124, 130, 133–140"
)
RESERVED = span("19–20, 40, 47–50")
UNDEFINED = span(
    "11, 15–18, 30, 32, 37, 46, 57, 59, 61, 62, 64, 65, 67–90, 92–96, 98–110, 113–116, 120, 121, 125–129, 131, 132"
)
PROVINCIAL = {141, 165}
MTC_TOO = {26, 29, 51, 52, 54, 55, 58, 60, 63, 66, 91, 97, 111, 112, 117, 118, 130, 133, 134, 135}


def codes_of(status):
    return {row.code for row in special_event_rows() if row.status is status}


def test_the_table_covers_exactly_the_codes_of_9_7():
    assert codes_of(EventStatus.NATIONAL) == DEFINED
    assert codes_of(EventStatus.RESERVED) == RESERVED
    assert codes_of(EventStatus.PROVINCIAL) == PROVINCIAL
    assert set(range(1, 141)) == DEFINED | RESERVED | UNDEFINED


def test_an_undefined_number_is_kept_as_unknown():
    for code in (*sorted(UNDEFINED), 0, 142, 999):
        event = special_event(code)
        shown = (event.code, event.status, event.screen_zh, event.screen_en)
        assert shown == (code, EventStatus.UNDEFINED, f"未知 {code}", f"unknown {code}")
        assert event.remedy_zh, code
        assert event.remedy_en, code


def test_a_code_has_two_rows_where_mtc_differs_or_is_listed_apart():
    doubled = {row.code for row in special_event_rows() if [r.code for r in special_event_rows()].count(row.code) == 2}
    assert doubled == MTC_TOO
    for code in MTC_TOO:
        assert special_event(code).vehicles == (EventVehicle.ETC,)
        assert special_event(code, vehicle=EventVehicle.MTC).vehicles == (EventVehicle.MTC,)


@pytest.mark.parametrize(
    ("code", "screen", "fee_display"),
    [
        (2, "OBU拆卸", "ETC安装异常"),
        (5, "标签无卡", "ETC卡未插好"),
        (6, "OBU在状态名单", "ETC账户异常"),
        (21, "ETC卡过期", "ETC过期"),
        (24, "ETC卡在状态名单", "ETC账户异常"),
        (25, "ETC卡发行无效", "无效ETC卡"),
        (27, "储值卡余额不足", "ETC卡余额不足"),
        (41, "ETC卡与OBU车牌（含颜色）不符", "ETC车牌异常"),
        (97, "PSAM卡授权失败", "请转其他车道"),
        (118, "追缴名单", "存在待补交行程"),
        (124, "一车多签", "多卡通行"),
        (138, "实际车牌（含颜色）与ETC发行车牌（含颜色）不一致", "车牌不一致"),
        (140, "实际车型（轴数）与ETC发行车型（轴数）不一致", "车型（轴数）不一致"),
    ],
)
def test_official_strings(code, screen, fee_display):
    event = special_event(code)
    assert (event.screen_zh, event.fee_display_zh) == (screen, fee_display)
    assert event.status is EventStatus.NATIONAL


def test_texts_of_the_mtc_rows():
    assert special_event(26, vehicle=EventVehicle.MTC).screen_zh == "CPC卡入口信息无效"
    assert special_event(29, vehicle=EventVehicle.MTC).fee_display_zh == "卡信息异常"
    assert special_event(51).fee_display_zh == "车辆车型不一致"
    assert special_event(51, vehicle=EventVehicle.MTC).fee_display_zh == "/"
    assert special_event(58, vehicle=EventVehicle.MTC).screen_zh == "CPC卡入口超时"


def is_chinese(text):
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def test_every_row_has_all_its_texts_in_both_languages():
    for row in special_event_rows():
        for name in ("type", "condition", "screen", "remedy"):
            zh, en = getattr(row, f"{name}_zh"), getattr(row, f"{name}_en")
            assert is_chinese(zh), (row.code, name, zh)
            assert en, (row.code, name)
            assert not is_chinese(en), (row.code, name, en)
        assert set(row.lanes) <= {"in", "out"}, row.code
        assert bool(row.lanes) is bool(row.vehicles) is (row.status is not EventStatus.RESERVED), row.code


def test_a_stop_before_the_debit_says_that_nothing_was_debited():
    for code in (2, 3, 4, 6, 7, 8, 9, 21, 22, 23, 24, 25, 27, 31, 41, 42, 43, 44, 97):
        assert special_event(code).remedy_zh.startswith("未扣费"), code
        assert special_event(code).remedy_en.startswith("Nothing was debited"), code
