"""One simulated camera: what it shows, how it sends it, and whoever watches."""

import time
from collections.abc import Callable
from typing import Any

import gi
from film import ENCODER, RAW, record
from scene import CANVAS_HEIGHT, CANVAS_WIDTH, Scene

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

ORDERS = ("picture", "moving", "size", "fps", "garbage", "codec")
CODECS = {
    "h264": f"{ENCODER} ! {{noise}} ! rtph264pay name=pay0 pt=96 config-interval=-1",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} bitrate=4000 ! video/x-h265 ! {noise} ! "
    "rtph265pay name=pay0 pt=96 config-interval=-1",
    "jpeg": "jpegenc ! {noise} ! rtpjpegpay name=pay0 pt=26",
}


# Frames that are encoded already.
FILM = (
    "( appsrc name=pictures is-live=true format=time do-timestamp=true max-buffers=8 leaky-type=downstream "
    "caps=video/x-h264,stream-format=byte-stream,alignment=au ! h264parse ! "
    "rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


class Showing:
    """One pipeline that somebody watches."""

    def __init__(self, media: Any, camera: "Camera") -> None:
        self._part = media.get_element().get_by_name_recurse_up
        self._camera = camera
        self._timer = 0
        self._shown = 0
        self.pace()
        if not camera.film:
            self.size()
            self.noise()

    def pace(self) -> None:
        """Pushes at the camera's frame rate."""
        self.end()
        if self._camera.fps > 0:
            self._timer = GLib.timeout_add(int(1000 / self._camera.fps), self._push)

    def size(self) -> None:
        """Shows the camera's size from the next frame on."""
        width, height = self._camera.size
        self._part("size").set_property("caps", Gst.Caps.from_string(f"{RAW},width={width},height={height}"))

    def noise(self) -> None:
        """Spoils the camera's share of the encoded bytes."""
        self._part("noise").set_property("probability", self._camera.garbage)

    def end(self) -> None:
        """Pushes nothing more."""
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = 0

    def _push(self) -> bool:
        film = self._camera.film
        if film:
            self._part("pictures").emit("push-buffer", film[self._shown % len(film)].copy())
            self._shown += 1
            return True
        canvas, cut = self._camera.scene.at(time.monotonic())
        crop = self._part("crop")
        for side, pixels in zip(("left", "top", "right", "bottom"), cut, strict=True):
            crop.set_property(side, pixels)
        # A shallow copy: the pixels are shared, the times are the stream's own.
        self._part("pictures").emit("push-buffer", canvas.copy())
        return True


class Camera:
    """One mount: its scene, how it sends it, and the pipelines that show it now."""

    def __init__(self, scene: Scene, fps: float, gop: int, size: tuple[int, int], film_s: int) -> None:
        self.scene = scene
        self.fps = fps
        self.gop = gop
        self.size = size
        self.garbage = 0.0
        self.film = record(scene, fps, gop, size, film_s) if film_s else []
        self.showing: list[Showing] = []
        self.factory = GstRtspServer.RTSPMediaFactory()
        self.factory.set_shared(True)
        self.factory.set_latency(0)
        self.factory.connect("media-configure", self._configure)
        if self.film:
            self.factory.set_launch(FILM)
        else:
            self.encode("h264")

    def encode(self, codec: str) -> None:
        """Encodes by this codec for whoever watches next."""
        encoder = CODECS[codec].format(gop=self.gop, noise="breakmydata name=noise probability=0")
        self.factory.set_launch(
            "( appsrc name=pictures is-live=true format=time do-timestamp=true max-buffers=2 leaky-type=downstream "
            f"caps={RAW},width={CANVAS_WIDTH},height={CANVAS_HEIGHT},framerate={max(1, int(self.fps))}/1 ! "
            f"videocrop name=crop ! videoscale add-borders=false ! capsfilter name=size ! {encoder} )"
        )

    def _configure(self, _factory: Any, media: Any) -> None:
        showing = Showing(media, self)
        self.showing.append(showing)

        def over(_media: Any) -> None:
            self.showing.remove(showing)
            showing.end()

        media.connect("unprepared", over)

    def order(self, order: dict[str, Any], send_away: Callable[[], None]) -> None:
        """Does what the control door was told. Raises ValueError, TypeError or BadPicture where it cannot be done."""
        if self.film:
            raise ValueError("a film stays as it was recorded; leave --film out")
        unknown = set(order) - set(ORDERS)
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}; use {', '.join(ORDERS)}")
        if "picture" in order:
            self.scene.show(str(order["picture"]), time.monotonic())
        if "moving" in order:
            self.scene.moving = bool(order["moving"])
        if "size" in order:
            width, height = order["size"]
            self.size = (int(width), int(height))
        if "fps" in order:
            self.fps = float(order["fps"])
        if "garbage" in order:
            self.garbage = float(order["garbage"])
        if "codec" in order:
            if order["codec"] not in CODECS:
                raise ValueError(f"codec {order['codec']!r}; use {', '.join(CODECS)}")
            self.encode(order["codec"])
            send_away()
        for showing in self.showing:
            showing.size()
            showing.noise()
            if "fps" in order:
                showing.pace()

    def state(self) -> dict[str, Any]:
        """For the control door."""
        return {"picture": self.scene.what, "moving": self.scene.moving, "watched": len(self.showing)}
