"""The bench's judge: what counts as read, as wrong, and how true a probability is."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from evaluate.degrade import WAYS

from tests.bench.recognition import peer_process
from tests.bench.recognition.score import Answer, Told, calibration_error, judge, score
from tests.bench.recognition.sets import Item

ONE, TWO = Path("one.jpg"), Path("two.jpg")
BOX = (100.0, 100.0, 200.0, 140.0)


def _answers(*told: Told, path: Path = ONE) -> dict[Path, Answer]:
    return {path: Answer(told, 5.0)}


def test_the_surest_reading_on_the_box_counts_and_others_do_not() -> None:
    item = Item("set", ONE, "29A12345", False, BOX)
    right = Told("29A-123.45", 0.99, (110, 105, 190, 135))
    elsewhere = Told("29A99999", 0.999, (300, 105, 390, 135))
    wrong = Told("29A12346", 0.7, (110, 105, 190, 135))
    judged = judge([item], _answers(wrong, elsewhere, right))
    assert judged[0].right
    found = score(judged, _answers(wrong, elsewhere, right), 0.95)
    assert (found.plates, found.exact, found.accepted, found.wrong) == (1, 1, 1, 0)


def test_an_accepted_misread_is_wrong_and_an_unread_plate_is_not_found() -> None:
    items = [Item("set", ONE, "29A12345", True), Item("set", TWO, "51F00001", True)]
    answers = _answers(Told("29A12346", 0.99, (0, 0, 1, 1))) | _answers(path=TWO)
    found = score(judge(items, answers), answers, 0.95)
    assert (found.plates, found.found, found.exact, found.accepted, found.wrong) == (2, 1, 0, 1, 1)
    assert found.bound == 1.0


def test_true_probabilities_have_no_error_and_boasts_have_theirs() -> None:
    items = [Item("set", Path(f"{n}.jpg"), "29A12345", True) for n in range(100)]
    texts = ["29A12345" if n < 80 else "29A12346" for n in range(100)]

    def error(confidence: float) -> float:
        answers = {i.path: Answer((Told(t, confidence, (0, 0, 1, 1)),), 1.0) for i, t in zip(items, texts, strict=True)}
        return calibration_error(judge(items, answers))

    assert error(0.8) == pytest.approx(0.0, abs=1e-9)
    assert error(0.99) == pytest.approx(0.19, abs=1e-9)


@pytest.mark.parametrize(
    ("read", "both", "text", "fits"),
    [
        ("5O-F1 123.45", True, "50F112345", True),
        ("云AI2345", False, "云A12345", True),
        ("29A12345", False, "29A12345", False),
        ("粤Z1234港", False, "粤Z1234港", True),
    ],
)
def test_peers_texts_are_repaired_to_the_formats_that_they_know(read: str, both: bool, text: str, fits: bool) -> None:
    assert peer_process.repaired(read, both) == (text, fits)


def test_a_peers_two_lines_are_joined() -> None:
    told = peer_process.told([("59-P1", 0.94, (10, 10, 60, 30)), ("664.80", 0.98, (8, 32, 64, 52))], True)
    assert told[0]["text"] == "59P166480"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_step_makes_a_picture_worse_and_the_first_hardly(way: object) -> None:
    chosen = next(w for w in WAYS if w is way)
    rng = np.random.default_rng(3)
    picture = np.asarray(cv2.resize(rng.integers(0, 255, (16, 40, 3)).astype(np.uint8), (200, 80)), np.uint8)
    last = picture.astype(float)
    lost = []
    for step in chosen.steps:
        seen = chosen.apply(picture, step, rng)
        back = cv2.resize(seen, (200, 80), interpolation=cv2.INTER_CUBIC).astype(float)
        lost.append(float(np.abs(back - last).mean()))
    assert lost[0] < 12 and lost[-1] > lost[0] + 3
