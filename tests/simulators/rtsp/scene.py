"""Scenes of the simulated cameras: one photograph placed on a canvas larger than the camera's picture, so that
the camera can drive towards it and sway, which no frozen picture does."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

WIDTH, HEIGHT = 1280, 720
CANVAS_WIDTH, CANVAS_HEIGHT = 1600, 900
PICTURES = {".jpg", ".jpeg", ".png", ".bmp"}
# A vehicle drives up for so long after its picture was set, then stands.
DRIVES_UP_S = 2.0
SWAY_PX, SWAY_S = 12, 8.0


class BadPicture(Exception):
    """A picture that cannot be shown; the message names it and why."""


def _frames(description: str, push: Any = None) -> Any:
    """Runs a small pipeline to its end and returns its last sample. `push` is a sample for its appsrc."""
    pipeline = Gst.parse_launch(description)
    try:
        pipeline.set_state(Gst.State.PLAYING)
        if push is not None:
            source = pipeline.get_by_name("in")
            source.emit("push-sample", push)
            source.emit("end-of-stream")
        sample = pipeline.get_by_name("out").emit("try-pull-sample", 5 * Gst.SECOND)
        if sample is None:
            message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
            raise BadPicture(message.parse_error()[0].message if message else "it shows nothing within 5 s")
        return sample
    finally:
        pipeline.set_state(Gst.State.NULL)


def _size(sample: Any) -> tuple[int, int]:
    caps = sample.get_caps().get_structure(0)
    return caps.get_value("width"), caps.get_value("height")


def _drawn(pattern: str, how: str = "") -> Any:
    canvas = f"video/x-raw,format=I420,width={CANVAS_WIDTH},height={CANVAS_HEIGHT},framerate=1/1"
    return _frames(
        f"videotestsrc pattern={pattern} num-buffers=1 ! {how} videoscale ! {canvas} ! appsink name=out sync=false"
    ).get_buffer()


def _photograph(path: Path) -> Any:
    """The photograph whole in the camera's middle, on a blurred copy of itself that fills the canvas."""
    if not path.is_file():
        raise BadPicture(f"{path} is no file")
    location = str(path).replace("\\", "\\\\").replace('"', '\\"')
    try:
        photo = _frames(
            f'filesrc location="{location}" ! decodebin ! videoconvert ! videoflip method=automatic ! '
            "video/x-raw,format=I420,pixel-aspect-ratio=1/1 ! appsink name=out sync=false"
        )
        width, height = _size(photo)
        scale = min(WIDTH / width, HEIGHT / height)
        wide, high = (max(2, round(side * scale) // 2 * 2) for side in (width, height))
        left, top = (CANVAS_WIDTH - wide) // 4 * 2, (CANVAS_HEIGHT - high) // 4 * 2
        raw = "video/x-raw,format=I420,pixel-aspect-ratio=1/1"
        return _frames(
            "compositor name=c ignore-inactive-pads=true background=black "
            f"sink_1::xpos={left} sink_1::ypos={top} ! {raw},width={CANVAS_WIDTH},height={CANVAS_HEIGHT} ! "
            "appsink name=out sync=false "
            "appsrc name=in format=time ! tee name=t "
            f"t. ! queue ! videoscale add-borders=false ! {raw},width=16,height=10 ! "
            f"videoscale add-borders=false ! {raw},width={CANVAS_WIDTH},height={CANVAS_HEIGHT} ! c.sink_0 "
            f"t. ! queue ! videoscale add-borders=false ! {raw},width={wide},height={high} ! c.sink_1",
            push=photo,
        ).get_buffer()
    except BadPicture as why:
        raise BadPicture(f"{path}: {why}") from why


def load(what: str) -> list[Any]:
    """The canvases of a picture, of a folder of pictures, or of `empty` (grey ground) or `black`."""
    if what == "black":
        return [_drawn("black")]
    if what == "empty":
        grey = "video/x-raw,width=160,height=90 ! videobalance contrast=0.25 brightness=0.3 !"
        return [_drawn("snow", grey)]
    path = Path(what)
    if path.is_dir():
        pictures = sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURES)
        if not pictures:
            raise BadPicture(f"{path} holds no picture ({', '.join(sorted(PICTURES))})")
        return [_photograph(p) for p in pictures]
    return [_photograph(path)]


@dataclass
class Scene:
    """What one camera sees. `show` may be called while it is looked at."""

    what: str
    moving: bool = True
    each_s: float = 5.0
    canvases: list[Any] = field(default_factory=list)
    since_s: float = 0.0

    def show(self, what: str, now_s: float) -> None:
        """Another picture drives up."""
        self.canvases = load(what)
        self.what, self.since_s = what, now_s

    def at(self, now_s: float) -> tuple[Any, tuple[int, int, int, int]]:
        """The canvas now, and how much to cut off: left, top, right, bottom."""
        age = max(0.0, now_s - self.since_s)
        canvas = self.canvases[int(age / self.each_s) % len(self.canvases)]
        if len(self.canvases) > 1:
            age %= self.each_s
        if not self.moving:
            age = 0.0
        near = min(1.0, age / DRIVES_UP_S) if self.moving else 1.0
        spare_x, spare_y = (CANVAS_WIDTH - WIDTH) / 2 * near, (CANVAS_HEIGHT - HEIGHT) / 2 * near
        # Round an ellipse: a camera that sways to and fro would show each picture twice, like a frozen one.
        angle, sway = 2 * math.pi * age / SWAY_S, SWAY_PX * near
        left = int(spare_x + sway * math.sin(angle)) // 2 * 2
        top = int(spare_y + sway * math.cos(angle) / 2) // 2 * 2
        return canvas, (left, top, int(spare_x) // 2 * 4 - left, int(spare_y) // 2 * 4 - top)
