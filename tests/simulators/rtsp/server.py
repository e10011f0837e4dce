"""Simulated cameras: an RTSP server whose streams show photographs that drive up, stand and sway.

    /usr/bin/python3 server.py --port 0 --mount lane-1=DIR_OR_PICTURE --mount lane-2=empty

prints, each on a line of its own and flushed, `rtsp://127.0.0.1:PORT/NAME` for every mount, then
`control http://127.0.0.1:PORT`, then `ready`. The control door:

    GET  /                                    {"NAME": {"picture": ..., "moving": ..., "watched": ...}}
    POST /NAME {"picture": "PATH|empty|black"}  another picture drives up
    POST /NAME {"moving": false}              a frozen camera
    POST /NAME {"size": [640, 360]}           another size, in the middle of the stream
    POST /NAME {"fps": 3}                     another frame rate; 0: connected, and silent
    POST /NAME {"garbage": 0.02}              this share of the encoded bytes is another one
    POST /NAME {"codec": "h265"}              another codec: whoever watches is sent away, as by a camera set up anew

H.264 baseline, encoded only while somebody watches; with `--film N` every mount is recorded for N seconds before
anything is served, and replayed from then on, which takes next to no time of the processor. Needs Debian's python3-gi
and gir1.2-gst-rtsp-server-1.0, so it runs on the system's Python. Ends with its standard input or by SIGTERM.
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

from camera import Camera  # noqa: E402
from scene import HEIGHT, WIDTH, BadPicture, Scene  # noqa: E402

MAX_BODY = 4096


def control(cameras: dict[str, Camera], server: Any) -> ThreadingHTTPServer:
    """The control door, on a free port of this machine only."""

    def send_away() -> None:
        server.client_filter(lambda _server, _client: GstRtspServer.RTSPFilterResult.REMOVE)

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
                camera.order(order, send_away)
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
    parser.add_argument("--size", default=f"{WIDTH}x{HEIGHT}", help="WIDTHxHEIGHT in pixels")
    parser.add_argument("--film", type=int, default=0, metavar="N", help="record N seconds once, and replay them")
    parser.add_argument("--each", type=float, default=5.0, help="seconds for each picture of a folder")
    return parser.parse_args()


def main() -> int:
    """Serves until told to end."""
    options = arguments()
    cameras: dict[str, Camera] = {}
    width, _, height = options.size.partition("x")
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
        cameras[name] = Camera(scene, options.fps, options.gop, (int(width), int(height)), options.film)
        server.get_mount_points().add_factory(f"/{name}", cameras[name].factory)
    if not server.attach(None):
        print(f"port {options.port} is taken; use --port 0 for a free one", file=sys.stderr)
        return 1
    door = control(cameras, server)
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
