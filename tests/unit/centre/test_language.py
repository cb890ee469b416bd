"""The pages' words in both languages."""

import re
import tomllib
from importlib.resources import files

import msgspec
import pytest

from laneside.centre.alarms import AlarmKind
from laneside.centre.ingest.uploads import EVENT, IMAGE, RECORD
from laneside.centre.web.language import Translator, beijing, spaced_digits
from laneside.contract.records import ExitRecord
from laneside.vocab.words import Language

WORDS = tomllib.loads((files("laneside.centre.web") / "words.toml").read_text())


def test_every_word_that_a_template_asks_for_is_in_the_book():
    folder = files("laneside.centre.web") / "templates"
    asked = set()
    for template in folder.iterdir():
        asked |= set(re.findall(r"\bt\('([\w-]+)\.([\w-]+)'\)", template.read_text()))
    assert len(asked) > 50
    assert [f"{page}.{key}" for page, key in sorted(asked) if key not in WORDS.get(page, {})] == []


def test_every_word_has_both_languages():
    for page, lines in WORDS.items():
        for key, pair in lines.items():
            assert len(pair) == 2, f"{page}.{key}"
            assert all(pair), f"{page}.{key}"


def test_fields_alarms_and_collisions_have_words():
    assert set(WORDS["field"]) == {item.encode_name for item in msgspec.structs.fields(ExitRecord)}
    assert set(WORDS["alarm"]) == set(AlarmKind)
    assert set(WORDS["collision"]) == {name for noun in (RECORD, EVENT, IMAGE) for name in noun.keys}


def test_numbers_and_moments_are_written_for_people(clock):
    assert beijing(clock.now()) == "2026-03-04 13:06:07"
    assert spaced_digits("20260304130607") == "2026-03-04 13:06:07"
    assert spaced_digits("2026030413") == "2026030413"
    assert spaced_digits("2026030413060²") == "2026030413060²"


def test_speech_names_codes_and_keeps_what_it_does_not_know():
    zh, en = Translator(Language.ZH), Translator(Language.EN)
    assert (zh.plate("甘A12345_0"), en.plate("甘AD12345_4")) == ("甘A12345 蓝", "甘AD12345 gradient green")
    assert (zh.plate(""), zh.plate("甘A12345"), zh.plate("_x")) == ("", "甘A12345", "_x")
    assert (zh.plate("甘A12345_²"), zh.plate("甘A12345_٣")) == ("甘A12345_²", "甘A12345_٣")
    assert (zh.toll_class(1), en.toll_class(99)) == ("一型客车", "unknown 99")
    assert zh.known("event", "something-new") == "something-new"
    with pytest.raises(KeyError):
        zh("records.nothing")
