"""A refusal explains itself, in both languages, with this vehicle's facts."""

import tomllib
from importlib.resources import files
from string import Formatter

from msgspec.structs import replace

from laneside.rules.finding import Finding, Severity
from laneside.rules.finding_texts import describe
from laneside.rules.rule_table import CONFIRMED_RULES, PRESENTED_RULES, check_amount, check_presented
from laneside.rules.vehicle_facts import CappFacts, IssuedVehicle

OTHER_CODES = {"138-photo", "clock-ahead", "clock-behind", "clock-late", "28", "141", "open-debit"}
"""The photo's difference, an entry event, a provincial one, and what the passage finds itself."""
ALL_CODES = [rule.code for rule in (*PRESENTED_RULES, *CONFIRMED_RULES)] + [27, 63]


def stopped(code, **params):
    return Finding(code=code, severity=Severity.STOP, params=params)


TABLES = tomllib.loads(files("laneside.rules").joinpath("finding_texts.toml").read_text(encoding="utf-8"))


def test_every_finding_has_text_reason_and_remedy():
    for code in ALL_CODES:
        texts = describe(stopped(code))
        for words in (texts.text, texts.why, texts.remedy):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in words.zh), (code, words)
            assert words.en.strip(), (code, words)


def test_every_text_of_our_own_belongs_to_a_code():
    assert set(TABLES["local"]) == {str(code) for code in ALL_CODES if isinstance(code, str)} | OTHER_CODES


def test_41_names_both_plates_and_colours(clean):
    card = replace(clean.card, vehicle=IssuedVehicle(plate="甘A99999", colour=1, toll_class=1))
    (finding,) = check_presented(replace(clean, card=card))
    said = describe(finding)
    assert said.text.zh == "ETC卡与OBU车牌（含颜色）不符"
    for part in ("甘A99999", "黄", "甘A12345", "蓝"):
        assert part in said.why.zh
    assert "yellow" in said.why.en.lower()


def test_41_says_when_a_side_holds_no_plate(clean):
    card = replace(clean.card, vehicle=IssuedVehicle(plate="", colour=0xFF, toll_class=1))
    (finding,) = check_presented(replace(clean, card=card))
    assert "卡：无 无" in describe(finding).why.zh
    assert "Card: none none" in describe(finding).why.en


def test_24_names_the_type_of_listing(clean):
    (finding,) = check_presented(replace(clean, card=replace(clean.card, listed=(1, 4))))
    assert "卡挂失、账户透支" in describe(finding).why.zh


def test_27_names_balance_and_amount(clean):
    (finding,) = check_amount(replace(clean, card=replace(clean.card, balance_fen=500)), 1045)
    said = describe(finding)
    assert said.text.zh == "储值卡余额不足"
    assert "余额 5.00元，应扣 10.45元，差 5.45元" in said.why.zh
    assert "short by 5.45 yuan" in said.why.en


def test_141_says_how_long_ago_and_by_what(clean):
    capp = CappFacts(status=6, station_hex="62010A0B", moment=clean.now.replace(minute=28))
    (finding,) = check_presented(replace(clean, card=replace(clean.card, capp=capp)))
    assert describe(finding).why.zh.startswith("2分钟前已在本站通行（依据：卡内通行记录）")


def test_running_trip_speaks_the_words_of_the_screen():
    assert describe(stopped("running-trip", entry="62010101", age_s="7200")).text.zh == "卡内有未结束行程"


def test_an_unknown_number_is_kept():
    assert "199" in describe(stopped(199)).text.zh
    assert "199" in describe(stopped(199)).text.en


def test_a_word_without_a_text_is_shown_as_it_is():
    assert describe(stopped("something-new")).text.zh == "something-new"


def test_templates_use_only_params_and_formats_that_exist():
    formats = {
        "",
        "class",
        "kind",
        "card-type",
        "card-list",
        "obu-list",
        "colour",
        "plate",
        "yuan",
        "duration",
        "repeat-by",
        "trouble",
    }
    for row in (*TABLES["local"].values(), *TABLES["detail"].values()):
        for template in row.values():
            for _, name, form, _ in Formatter().parse(template):
                assert name is None or (name.replace("_", "").isalnum() and form in formats)
        assert {key.removesuffix("_zh").removesuffix("_en") for key in row} in ({"zh", "en"}, {"text", "why", "remedy"})
