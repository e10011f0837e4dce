"""A scene as H.264, recorded once."""

from typing import Any

import gi
from scene import CANVAS_HEIGHT, CANVAS_WIDTH, DRIVES_UP_S, BadPicture, Scene

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

RAW = "video/x-raw,format=I420,pixel-aspect-ratio=1/1"
ENCODER = (
    "x264enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} pass=qual quantizer=22 threads=1 bitrate=8000 ! "
    "video/x-h264,profile=baseline,stream-format=byte-stream,alignment=au"
)


def record(scene: Scene, fps: float, gop: int, size: tuple[int, int], seconds: int) -> list[Any]:
    """The encoded frames of so many seconds, each a buffer, from when the vehicle stands. Raises BadPicture where they
    cannot be encoded."""
    frames = []
    pipeline = Gst.parse_launch(
        f"appsrc name=in format=time caps={RAW},width={CANVAS_WIDTH},height={CANVAS_HEIGHT},framerate={int(fps)}/1 ! "
        f"videocrop name=crop ! videoscale add-borders=false ! {RAW},width={size[0]},height={size[1]} ! "
        f"{ENCODER.format(gop=gop)} ! appsink name=out sync=false"
    )
    source, crop, sink = (pipeline.get_by_name(name) for name in ("in", "crop", "out"))
    pipeline.set_state(Gst.State.PLAYING)
    try:
        for number in range(int(seconds * fps)):
            canvas, cut = scene.at(scene.since_s + DRIVES_UP_S + number / fps)
            for side, pixels in zip(("left", "top", "right", "bottom"), cut, strict=True):
                crop.set_property(side, pixels)
            frame = canvas.copy()
            frame.pts = int(number * Gst.SECOND / fps)
            source.emit("push-buffer", frame)
            sample = sink.emit("try-pull-sample", 5 * Gst.SECOND)
            if sample is None:
                raise BadPicture(f"{scene.what}: its frame {number} is not encoded within 5 s")
            encoded = sample.get_buffer().copy()
            # Times are the stream's own.
            encoded.pts = encoded.dts = Gst.CLOCK_TIME_NONE
            frames.append(encoded)
    finally:
        pipeline.set_state(Gst.State.NULL)
    return frames
