"""Numbers as hands in Mexico, Spain and Chile type them: read, or asked about, never a thousand times off."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from demeter.common.i18n.numbers import TypedNumberField, TypedWholeField, UnclearNumberError, read_number, write_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1250", 1250),
        ("12,5", 12.5),
        ("12.5", 12.5),
        (" 12,50 ", 12.5),
        ("0.250", 0.25),
        ("0,125", 0.125),
        (",5", 0.5),
        ("1.2500", 1.25),
        ("1234,567", 1234.567),
        ("1.250,5", 1250.5),
        ("1,250.5", 1250.5),
        ("1 250,500", 1250.5),
        ("1\u202f250", 1250),
        ("1'250", 1250),
        ("1.250.000", 1_250_000),
        ("12,345,678.9", 12_345_678.9),
        ("-3,5", -3.5),
        ("\N{MINUS SIGN}3.5", -3.5),
        ("+7", 7),
    ],
)
def test_number_is_read_in_either_notation(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "numbers"), [("1.250", (1250, 1.25)), ("1,250", (1250, 1.25)), ("-12.345", (-12345, -12.345))]
)
def test_number_that_may_be_two_is_not_guessed(text, numbers):
    with pytest.raises(UnclearNumberError) as unclear:
        read_number(text)
    assert (unclear.value.with_thousands, unclear.value.with_decimals) == numbers


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", "12.", "abc", "1e3", "nan", "inf", "1.25.3", "1,2,3", "12 5", "1.250,", "1.25,000", "--1", "0x1"],
)
def test_text_that_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="not a number"):
        read_number(text)


@given(st.decimals(min_value=0, max_value=10**9, places=4).map(float), st.sampled_from(["en", "es"]))
def test_number_that_is_shown_is_read_back(number, language):
    with translation.override(language):
        assert read_number(write_number(number)) == pytest.approx(number, abs=1e-9)


def test_field_asks_in_the_language_of_the_page():
    with translation.override("en"), pytest.raises(ValidationError, match=r"may mean 1250 or 1\.25"):
        TypedNumberField().clean("1.250")
    with translation.override("es"), pytest.raises(ValidationError, match=r"1250 .* 1,25"):
        TypedNumberField().clean("1,250")


def test_field_shows_what_it_would_not_ask_about():
    with translation.override("es"):
        assert [TypedNumberField().prepare_value(number) for number in (1.125, 12.5, 8, None)] == [
            "1,1250",
            "12,5",
            "8",
            None,
        ]
    with translation.override("en"):
        assert TypedNumberField().prepare_value(1250.0) == "1250"


def test_field_refuses_what_is_endless_or_out_of_its_limits():
    for text in ("9" * 400, "0", "nonsense"):
        with pytest.raises(ValidationError):
            TypedNumberField(min_value=0.1).clean(text)


@pytest.mark.parametrize(
    ("text", "number"), [("1.000", 1000), ("1,000", 1000), ("7", 7), ("7,0", 7), ("12 000", 12_000)]
)
def test_whole_number_with_thousands(text, number):
    assert TypedWholeField().clean(text) == number


@pytest.mark.parametrize("text", ["12,5", "x"])
def test_whole_number_with_decimals_is_refused(text):
    with pytest.raises(ValidationError):
        TypedWholeField().clean(text)
