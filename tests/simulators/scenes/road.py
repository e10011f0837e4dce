"""The lane without a vehicle: sky, hills, a row of trees, the road with its stop line, the gate's roof."""

import numpy as np

from .canvas import Layer, Paint, Picture, clouds, polygon, rounded, shaded, soft

WIDTH, HEIGHT = 1280, 720
HORIZON = 260
LEAVES: Paint = (52, 92, 62)


def lane(rng: np.random.Generator) -> Picture:
    """One lane of a gate, seen from its camera."""
    picture: Picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    shaded(picture, [(0, 0), (WIDTH, 0), (WIDTH, HORIZON), (0, HORIZON)], (225, 200, 170), (240, 232, 222))
    _hills(picture, rng)
    everything = [(0, HORIZON), (WIDTH, HORIZON), (WIDTH, HEIGHT), (0, HEIGHT)]
    shaded(picture, everything, (130, 132, 134), (88, 90, 92))
    _trees(picture, rng)
    for side in (-1, 1):
        _kerb(picture, WIDTH / 2 + rng.uniform(-20, 20), side)
    polygon(picture, [(120, 676), (WIDTH - 120, 676), (WIDTH - 90, 700), (90, 700)], (190, 194, 196))
    shaded(picture, [(0, 0), (WIDTH, 0), (WIDTH, 30), (0, 40)], (92, 60, 40), (120, 84, 58))
    polygon(picture, [(0, 40), (WIDTH, 30), (WIDTH, 38), (0, 49)], (60, 60, 190))
    rough = clouds(rng, (WIDTH, HEIGHT), (WIDTH // 2, HEIGHT // 2)) * np.float32(5)
    rough[:HORIZON] *= np.float32(0.4)
    return np.clip(picture + rough[:, :, None], 0, 255).astype(np.uint8)


def _hills(picture: Picture, rng: np.random.Generator) -> None:
    for paint, low, high in (((190, 176, 150), 60, 130), ((150, 150, 112), 20, 70)):
        xs = np.linspace(0, WIDTH, 14)
        ys = HORIZON - rng.uniform(low, high, 14)
        ridge = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
        polygon(picture, [(0, HORIZON + 2), *ridge, (WIDTH, HORIZON + 2)], paint)


def _trees(picture: Picture, rng: np.random.Generator) -> None:
    top, deep = 60, 260
    crowns = clouds(rng, (WIDTH, deep), (160, 40))
    leaves = clouds(rng, (WIDTH, deep), (WIDTH // 2, deep // 2))
    dense: Layer = ((crowns + 0.3 * leaves) > -1.2).astype(np.float32)
    dense[:90] *= crowns[:90] > 0.3
    cover = soft(dense, 1.5)[:, :, None]
    green = np.array(LEAVES, np.float32) * (1 + 0.35 * leaves[:, :, None] + 0.2 * crowns[:, :, None])
    part = picture[top : top + deep]
    picture[top : top + deep] = np.clip(part * (1 - cover) + green * cover, 0, 255).astype(np.uint8)


def _kerb(picture: Picture, middle: float, side: int) -> None:
    """The island's kerb beside the lane, in red and white."""
    near, far = middle + side * 700, middle + side * 420
    y = np.linspace(HORIZON + 60, HEIGHT, 10)
    x = np.linspace(far, near, 10)
    for n in range(9):
        wide = 8 + 3 * n
        paint = (70, 70, 190) if n % 2 else (215, 220, 220)
        outer = [(x[n + 1] + side * (wide + 3), y[n + 1]), (x[n] + side * wide, y[n])]
        polygon(picture, [(x[n], y[n]), (x[n + 1], y[n + 1]), *outer], paint)
    post = middle + side * 560
    polygon(picture, rounded(post - 9, 300, 18, 190, 6), (70, 140, 215))
