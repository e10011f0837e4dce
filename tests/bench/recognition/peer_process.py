"""Reads pictures with a reader that is not ours; runs in the peers' own environment, one picture a line.

    python peer_process.py rapidocr|agentclpr < {"path": ..., "crop": ...} lines

Each peer gets its best chance: the whole frame, or the crop as one line, as two halves and through its own detector;
two lines are joined; the text is repaired to the formats of the countries that it knows (a digit where only a digit may
stand); what then is a plate and surest comes first."""

import json
import logging
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
LETTER, SERIAL = "[A-HJ-NP-Z]", "[A-HJ-NP-Z0-9]"  # neither I nor O stands on a Chinese plate
CHINESE = (
    rf"[{PROVINCES}]{LETTER}{SERIAL}{{5}}",
    rf"[{PROVINCES}]{LETTER}(?:[A-HJK]{SERIAL}\d{{4}}|\d{{5}}[A-HJK])",
    rf"[{PROVINCES}]{LETTER}{SERIAL}{{4}}[挂学警港澳领试超]",
    r"使\d{6}|\d{6}使",
    r"民航[A-Z]\d{4}",
    rf"{LETTER}{{2}}{SERIAL}\d{{4}}",
)
VIETNAMESE = (r"\d{2}[A-Z]\d{4,5}", r"\d{2}[A-Z][A-ZĐ0-9]\d{4,6}", r"T\d{7}", r"[A-Z]{2}\d{4}")
CODE = re.compile(r"[A-Z]{3}[UJZ]\d{7}")
TO_DIGIT = str.maketrans("OQDIZSBGTAL", "00012586741")
TO_LETTER = str.maketrans("0125684", "OIZSGBA")
Part = tuple[str, float, tuple[float, float, float, float]]


def plain(text: str) -> str:
    """Upper case, without separators."""
    return re.sub(r"[^0-9A-ZĐ一-鿿]", "", text.upper())


def repaired(text: str, both: bool) -> tuple[str, bool]:
    """The text with letters and digits where only those may stand, and whether it then is a plate."""
    formats = (*CHINESE, *(VIETNAMESE if both else ()))
    text = plain(text)
    tries = [text]
    if text[:1] in PROVINCES and len(text) > 1:
        tries.append(text[0] + text[1].translate(TO_LETTER) + text[2:].replace("O", "0").replace("I", "1"))
    elif both and len(text) >= 7:
        code, series, rest = text[:2].translate(TO_DIGIT), text[2].translate(TO_LETTER), text[3:]
        tries.append(code + series + rest.translate(TO_DIGIT))
        tries.append(code + series + rest[0] + rest[1:].translate(TO_DIGIT))
    for one in tries:
        if any(re.fullmatch(f, one) for f in formats):
            return one, True
    return text, False


def told(parts: Iterable[Part], both: bool) -> list[dict[str, Any]]:
    """Every part, and every two parts one below or beside the other, as plates; plates first, the surest before."""
    parts = list(parts)
    joined = list(parts)
    for a in parts:
        for b in parts:
            if a is b:
                continue
            wide, high = min(a[2][2] - a[2][0], b[2][2] - b[2][0]), min(a[2][3] - a[2][1], b[2][3] - b[2][1])
            below = b[2][1] - a[2][1] >= 0 and b[2][1] - a[2][3] < high and a[2][3] < b[2][3]
            overlap = min(a[2][2], b[2][2]) - max(a[2][0], b[2][0])
            beside = 0 <= b[2][0] - a[2][2] + high / 2 < 2.5 * high and abs(a[2][1] - b[2][1]) < high / 2
            if (below and overlap > 0.4 * wide) or beside:
                p, q = a[2], b[2]
                box = (min(p[0], q[0]), min(p[1], q[1]), max(p[2], q[2]), max(p[3], q[3]))
                joined.append((a[0] + b[0], (a[1] + b[1]) / 2, box))
    found = []
    for text, confidence, box in joined:
        fixed, fits = repaired(text, both)
        code = CODE.search(plain(text))
        if code:
            fixed, fits = code[0], True
        if fits or len(fixed) >= 4:
            found.append({"text": fixed, "confidence": confidence if fits else confidence * 0.5, "box": box})
    return sorted(found, key=lambda f: -f["confidence"])


def around(points: Any) -> tuple[float, float, float, float]:
    """The upright box of points."""
    (x0, y0), (x1, y1) = np.min(points, axis=0), np.max(points, axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def framed(crop: Any, wide: int, room: float) -> Any:
    """A crop made `wide` pixels wide, with room around it."""
    scale = wide / crop.shape[1]
    big = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    pad = round(room * max(big.shape[:2]))
    return cv2.copyMakeBorder(big, pad, pad, pad, pad, cv2.BORDER_REPLICATE)


def rapidocr() -> Callable[[Any, bool], list[dict[str, Any]]]:
    """PP-OCRv4 by rapidocr-onnxruntime, one thread."""
    from rapidocr_onnxruntime import RapidOCR

    frames = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
    crops = RapidOCR(
        intra_op_num_threads=1, inter_op_num_threads=1, det_limit_side_len=480, det_limit_type="max", use_cls=False
    )

    def line(picture: Any) -> tuple[str, float]:
        read, _ = crops(picture, use_det=False, use_cls=False)
        return (read[0][0], float(read[0][1])) if read else ("", 0.0)

    def look(picture: Any, crop: bool) -> list[dict[str, Any]]:
        if not crop:
            read, _ = frames(picture)
            return told([(t, float(p), around(box)) for box, t, p in read or []], True)
        h, w = picture.shape[:2]
        whole = (0.0, 0.0, float(w), float(h))
        found = told([(*line(picture), whole)], True)
        if w < 2.4 * h:
            for cut in (0.44, 0.5):
                a, b = line(picture[: round(h * (cut + 0.04))]), line(picture[round(h * (cut - 0.04)) :])
                found += told([(a[0] + b[0], (a[1] + b[1]) / 2, whole)], True)
        if not found or max(f["confidence"] for f in found) < 0.9:
            read, _ = crops(framed(picture, 320, 0.15))
            found += told([(t, float(p), around(box)) for box, t, p in read or []], True)
        return sorted(({**f, "box": whole} for f in found), key=lambda f: -f["confidence"])

    return look


def agentclpr() -> Callable[[Any, bool], list[dict[str, Any]]]:
    """Chinese plates by agentclpr: its detector and reader; a crop also without its detector."""
    from agentclpr import CLPSystem

    system = CLPSystem()
    logging.disable(logging.CRITICAL)

    def frame(picture: Any) -> list[Part]:
        # Its detector cuts with ten pixels around, and fails at the picture's edge.
        room = cv2.copyMakeBorder(picture, 40, 40, 40, 40, cv2.BORDER_REPLICATE)
        try:
            return [(t, float(p), around(np.array(c) - 40)) for c, (t, p) in system(room) if t]
        except (ValueError, cv2.error):
            return []

    def look(picture: Any, crop: bool) -> list[dict[str, Any]]:
        if not crop:
            return told(frame(picture), False)
        h, w = picture.shape[:2]
        big = framed(picture, 256, 0.0)
        padded = np.pad(big, ((100, 100), (100, 100), (0, 0)), mode="constant", constant_values=255)
        read = system.ocr(padded) or []
        text, sure = "".join(r[1][0] for r in read), float(np.prod([r[1][1] for r in read])) if read else 0.0
        found = told([(text, sure, around(np.array([[0, 0], [w, h]])))], False)
        found += told(frame(framed(picture, 300, 0.5)), False)
        whole = (0.0, 0.0, float(w), float(h))
        return sorted(({**f, "box": whole} for f in found), key=lambda f: -f["confidence"])

    return look


def main() -> None:
    """One answer a line, in the order asked."""
    warnings.simplefilter("ignore")
    logging.disable(logging.INFO)
    cv2.setNumThreads(1)
    look = {"rapidocr": rapidocr, "agentclpr": agentclpr}[sys.argv[1]]()
    for asked in sys.stdin:
        question = json.loads(asked)
        picture = cv2.imread(question["path"], cv2.IMREAD_COLOR)
        begun = time.perf_counter()
        plates = look(picture, bool(question["crop"])) if picture is not None else []
        ms = 1000 * (time.perf_counter() - begun)
        print(json.dumps({"path": question["path"], "plates": plates[:12], "ms": ms}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
