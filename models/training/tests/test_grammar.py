"""What is drawn could exist."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from training import containers, grammar
from training.alphabet import ALPHABET, PROVINCES, SLOTS, decode, encode, normalise

FORMS = {
    "vn_car": r"\d\d[A-Z]\d{4,5}|\d\d(KT|LD|DA|HC|CD|TĐ|RM|R)\d{4,5}|T\d{7}",
    "vn_motorcycle": r"\d\d[A-Z][A-Z0-9]\d{4,5}|\d\d(MĐ|MK)\d{4,6}",
    "vn_army": r"[A-Z]{2}(\d{4}|\d{3}[RB]M)",
    "vn_diplomatic": r"\d{5}(NG|QT|NN|CV)\d\d|\d\d(NG|QT|NN|CV)\d{5}",
    "cn_one_line": rf"[{PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳领试超]"
    rf"|使\d{{6}}|\d{{6}}使|[A-Z]{{2}}[A-Z0-9]\d{{4}}|民航[A-Z]\d{{4}}|[{PROVINCES}][A-Z]\d{{4}}应急",
    "cn_two_line": rf"[{PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂警]|[A-Z]{{2}}[A-Z0-9]\d{{4}}",
    "cn_new_energy": rf"[{PROVINCES}][A-Z]([A-HJK][A-Z0-9]\d{{4}}|\d{{5}}[A-HJK])",
}


def test_every_text_drawn_obeys_the_form_of_its_kind_and_fits_a_reader() -> None:
    rng = np.random.default_rng(1)
    for _ in range(3000):
        plate = grammar.draw(rng)
        assert re.fullmatch(FORMS[plate.kind], plate.text), plate
        assert decode(encode(plate.text)) == plate.text
        assert plate.rows in (1, 2)


def test_provinces_and_series_letters_come_evenly() -> None:
    rng = np.random.default_rng(2)
    drawn = [grammar.cn_blue(rng).text[0] for _ in range(6200)]
    assert set(drawn) == set(PROVINCES)
    assert max(Counter(drawn).values()) < 2 * min(Counter(drawn).values())
    letters = [grammar.vn_car(rng).text[2] for _ in range(4000)]
    assert set(letters) == set(grammar.VN_FIRST)


def test_a_seed_draws_the_same_plates() -> None:
    one, two = np.random.default_rng(7), np.random.default_rng(7)
    assert [grammar.draw(one) for _ in range(50)] == [grammar.draw(two) for _ in range(50)]


def test_container_codes_carry_their_check_digit() -> None:
    assert containers.check_digit("CSQU305438") == 3
    assert containers.check_digit("MSKU413532") == 9
    rng = np.random.default_rng(3)
    for _ in range(300):
        code = containers.draw_code(rng)
        assert re.fullmatch(r"[A-Z]{3}[UJZ]\d{7}", code)
        assert int(code[10]) == containers.check_digit(code)


def test_the_alphabet_is_the_contracts() -> None:
    assert ALPHABET[0] == "-" and SLOTS == 12
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert all(c in ALPHABET for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZĐ" + PROVINCES + "挂学警港澳领使试超")
    assert len(PROVINCES) == 31
    assert normalise("29-mđ1 234.56") == "29MĐ123456"
