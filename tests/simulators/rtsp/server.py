"""Simulated cameras: an RTSP server whose streams show photographs that drive up, stand and sway.

    /usr/bin/python3 server.py --port 0 --mount lane-1=DIR_OR_PICTURE --mount lane-2=empty

prints, each on a line of its own and flushed, `rtsp://127.0.0.1:PORT/NAME` for every mount, then
`control http://127.0.0.1:PORT`, then `ready`. The control door:

    GET  /                                    {"NAME": {"picture": ..., "moving": ..., "watched": ...}}
    POST /NAME {"picture": "PATH|empty|black"}  another picture drives up
    POST /NAME {"moving": false}              a frozen camera

H.264 baseline 1280x720, encoded only while somebody watches. Needs Debian's python3-gi and
gir1.2-gst-rtsp-server-1.0, so it runs on the system's Python. Ends with its standard input or by SIGTERM.
"""

import argparse
import json
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)

from scene import CANVAS_HEIGHT, CANVAS_WIDTH, HEIGHT, WIDTH, BadPicture, Scene  # noqa: E402

MAX_BODY = 4096


class Camera:
    """One mount: its scene, and the pipelines that show it now."""

    def __init__(self, scene: Scene, fps: int, gop: int) -> None:
        self.scene = scene
        self.fps = fps
        self.watched = 0
        self.factory = GstRtspServer.RTSPMediaFactory()
        self.factory.set_shared(True)
        self.factory.set_latency(0)
        self.factory.set_launch(
            "( appsrc name=pictures is-live=true format=time do-timestamp=true max-buffers=2 leaky-type=downstream "
            f"caps=video/x-raw,format=I420,width={CANVAS_WIDTH},height={CANVAS_HEIGHT},framerate={fps}/1,"
            "pixel-aspect-ratio=1/1 ! videocrop name=crop ! "
            f"videoscale add-borders=false ! video/x-raw,width={WIDTH},height={HEIGHT},pixel-aspect-ratio=1/1 ! "
            f"x264enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} pass=qual quantizer=22 threads=1 "
            "bitrate=8000 ! video/x-h264,profile=baseline ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
        )
        self.factory.connect("media-configure", self._configure)

    def _configure(self, _factory: Any, media: Any) -> None:
        pictures = media.get_element().get_by_name_recurse_up("pictures")
        crop = media.get_element().get_by_name_recurse_up("crop")
        self.watched += 1
        timer = GLib.timeout_add(1000 // self.fps, self._push, pictures, crop)

        def over(_media: Any) -> None:
            self.watched -= 1
            GLib.source_remove(timer)

        media.connect("unprepared", over)

    def _push(self, pictures: Any, crop: Any) -> bool:
        canvas, (left, top, right, bottom) = self.scene.at(time.monotonic())
        crop.set_property("left", left)
        crop.set_property("top", top)
        crop.set_property("right", right)
        crop.set_property("bottom", bottom)
        # A shallow copy: the pixels are shared, the times are the stream's own.
        pictures.emit("push-buffer", canvas.copy())
        return True

    def state(self) -> dict[str, Any]:
        """For the control door."""
        return {"picture": self.scene.what, "moving": self.scene.moving, "watched": self.watched}


def control(cameras: dict[str, Camera]) -> ThreadingHTTPServer:
    """The control door, on a free port of this machine only."""

    class Door(BaseHTTPRequestHandler):
        def _answer(self, status: int, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self) -> None:
            self._answer(200, {name: camera.state() for name, camera in cameras.items()})

        def do_POST(self) -> None:
            camera = cameras.get(self.path.strip("/"))
            if camera is None:
                return self._answer(404, {"message": f"no mount {self.path}; there are {', '.join(cameras)}"})
            try:
                order = json.loads(self.rfile.read(min(MAX_BODY, int(self.headers.get("Content-Length", "0")))))
                unknown = set(order) - {"picture", "moving"}
                if unknown:
                    raise ValueError(f"unknown: {', '.join(sorted(unknown))}; use picture, moving")
                if "picture" in order:
                    camera.scene.show(str(order["picture"]), time.monotonic())
                if "moving" in order:
                    camera.scene.moving = bool(order["moving"])
            except (ValueError, TypeError, BadPicture) as why:
                return self._answer(400, {"message": str(why)})
            self._answer(200, camera.state())

        def log_message(self, *_words: Any) -> None:
            """Quiet: the output is for the addresses."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Door)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="RTSP server of simulated cameras")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--mount", action="append", required=True, metavar="NAME=PICTURE|FOLDER|empty|black")
    parser.add_argument("--fps", type=int, default=10)
    parser.add_argument("--gop", type=int, default=10, help="frames from one key frame to the next")
    parser.add_argument("--each", type=float, default=5.0, help="seconds for each picture of a folder")
    return parser.parse_args()


def main() -> int:
    """Serves until told to end."""
    options = arguments()
    cameras: dict[str, Camera] = {}
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options.port))
    for mount in options.mount:
        name, _, what = mount.partition("=")
        scene = Scene(what, each_s=options.each)
        try:
            scene.show(what or "empty", time.monotonic())
        except BadPicture as why:
            print(f"{mount}: {why}", file=sys.stderr)
            return 2
        cameras[name] = Camera(scene, options.fps, options.gop)
        server.get_mount_points().add_factory(f"/{name}", cameras[name].factory)
    if not server.attach(None):
        print(f"port {options.port} is taken; use --port 0 for a free one", file=sys.stderr)
        return 1
    door = control(cameras)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    loop = GLib.MainLoop()
    for name in (signal.SIGTERM, signal.SIGINT):
        GLib.unix_signal_add(GLib.PRIORITY_HIGH, name, loop.quit)
    if not sys.stdin.isatty():
        # Whoever started this has ended: so do we, and no port stays behind.
        GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP, lambda *_: loop.quit())
    for name in cameras:
        print(f"rtsp://127.0.0.1:{server.get_bound_port()}/{name}")
    print(f"control http://127.0.0.1:{door.server_address[1]}\nready", flush=True)
    loop.run()
    door.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
