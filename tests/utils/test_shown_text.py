"""Strangers' names: nothing unseen is printed, spreadsheets run nothing, names can be read back."""

from __future__ import annotations

import csv
import doctest
import io
import pickle
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saccade import shown_text
from saccade.errors import SaccadeError
from saccade.shown_text import (
    Listed,
    cells_of,
    csv_text,
    read_csv_text,
    shortened,
    shown,
    shown_lines,
)

# Joiners, and signs that stand before Arabic and Kaithi numbers: these are seen, or change letters.
SEEN_FORMATS = "\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
SEEN_FORMATS += "\U000110bd\U000110cd"
MUSIC_AND_SHORTHAND = range(0x13430, 0x1D17B)  # hieroglyphs, Duployan, music: they shape letters

any_text = st.text(st.characters(codec=None), max_size=30)


def test_examples():
    assert doctest.testmod(shown_text).failed == 0


def test_no_unseen_letter_of_unicode_is_shown():
    for code in range(0x110000):
        letter = chr(code)
        if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            continue
        if letter in SEEN_FORMATS or code in MUSIC_AND_SHORTHAND:
            continue
        assert (shown(letter).isascii(), shown(letter).isprintable()) == (True, True), hex(code)


def test_every_letter_that_is_seen_stays():
    for code in range(0x110000):
        if unicodedata.category(chr(code))[0] in "LNSP" or chr(code) in SEEN_FORMATS:
            assert shown(chr(code)) == chr(code), hex(code)


@given(any_text)
def test_shown_twice_is_shown_once(text):
    assert shown(shown(text)) == shown(text)
    assert shown_lines(shown_lines(text)) == shown_lines(text)


def test_bytes_and_paths_are_shown(tmp_path):
    assert shown(b"a\xff") == r"a\udcff"
    assert shown(tmp_path / "a\x1bb").endswith(r"a\x1bb")


def test_a_list_of_ours_stays_a_list_and_a_newline_in_a_name_does_not_start_a_line():
    name = "cat\n  Error: all is lost\n"
    assert shown_lines(name) == r"cat\n  Error: all is lost\n"
    ours = Listed(f"Wrote {name}:", [name, "b"])
    assert shown_lines(ours).split("\n") == [f"Wrote {shown(name)}:", f"  {shown(name)}", "  b"]
    assert shown_lines(pickle.loads(pickle.dumps(ours))) == shown_lines(ours)


@given(any_text, any_text, any_text)
def test_a_name_in_an_error_starts_no_line_of_its_own(where, needed, got):
    assert "\n" not in str(SaccadeError(where, needed, got, needed))
    assert str(SaccadeError(where, needed, Listed(got, [got]))).count("\n") == 1


@pytest.mark.parametrize("start", [*"=+-@\t\r\n＝＋－＠", " =", "  @"])
def test_a_spreadsheet_gets_text(start):
    cell = csv_text(f'{start}cmd|"/c calc"!A1')
    assert cell[0] == "'"
    assert read_csv_text(cell) == f'{start}cmd|"/c calc"!A1'


@given(any_text)
def test_a_name_comes_back_from_a_csv_file(text):
    table = io.StringIO(newline="")
    csv.writer(table, lineterminator="\n").writerow([csv_text(text), "1"])
    assert table.getvalue().count("\n") == 1
    (row,) = csv.reader(io.StringIO(table.getvalue(), newline=""))
    assert read_csv_text(row[0]) == text


@given(any_text, st.integers(3, 40))
def test_a_shortened_name_fits(text, most):
    assert cells_of(shortened(text, most)) <= most
