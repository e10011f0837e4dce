"""A whole gate on this machine, in one folder: centre with broker, edge, simulated lanes and cameras."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import plan
from .children import Children, free_port
from .cut import Cable
from .needs import LIBRARY, VENV
from .say import ROOT, Failure
from .web import Web

EDGE = "kt-edge-1"
SYSTEM_PYTHON = "/usr/bin/python3"
# Which classes as seen fit which as declared.
FITTING = {
    "car": ("car", "van"),
    "lorry": ("lorry", "container_lorry", "tractor", "bus"),
    "container_lorry": ("lorry", "container_lorry", "tractor", "bus"),
}


def scenes(out: Path, pictures: Path | None, more: Iterable[str] = ()) -> tuple[dict[str, Any], str]:
    """Chooses and draws what the cameras are to show; returns vehicles.json and a word on where it is from."""
    words = [str(VENV / "bin" / "python"), "-m", "tests.simulators.scenes", "--out", str(out), *more]
    if pictures:
        words += ["--pictures", str(pictures.resolve())]
    done = subprocess.run(words, cwd=ROOT, env=_python_path(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"scenes: {done.stderr.strip()[-2000:]}")
    body: dict[str, Any] = json.loads((out / "vehicles.json").read_text(encoding="utf-8"))
    return body, str(body["source"])


def rehearse(vehicles: list[dict[str, Any]], binaries: Path) -> None:
    """Lets the agent's own reader look at each picture once: `sure` is how sure it reads the true plate, or 0; `fits`
    whether it sees a vehicle of the declared sort. The story gives its parts by it; what happens at the lanes is read
    anew, from the streams."""
    pictures = [vehicle["picture"] for vehicle in vehicles]
    command = [binaries / "edge-agent", "read", "--json", *pictures]
    environment = {**os.environ, "GATE_ONNXRUNTIME": str(LIBRARY)}
    done = subprocess.run(
        [str(w) for w in command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    read = {}
    for line in done.stdout.splitlines():
        look = json.loads(line)
        read[look["source"]] = look
    for vehicle in vehicles:
        look = read.get(vehicle["picture"], {})
        plates = [p for p in look.get("plates", []) if p["text"] == vehicle["plate"] and vehicle["plate"]]
        vehicle["sure"] = max((p["confidence"] for p in plates), default=0.0)
        vehicle["fits"] = any(v["class"] in FITTING.get(vehicle["vehicle_class"], ()) for v in look.get("vehicles", []))


def _python_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'models'}"}


@dataclass
class Site:
    """A gate that runs. `bin` is the folder of the binaries; `folder` holds everything it writes."""

    folder: Path
    bin: Path
    children: Children
    lanes: tuple[plan.Lane, ...] = plan.LANES
    database: str = "central.db"
    with_cable: bool = False
    https: int = field(default_factory=free_port)
    broker: int = field(default_factory=free_port)
    panel: int = field(default_factory=free_port)
    cable_port: int = field(default_factory=free_port)
    cable: Cable | None = None
    plant: Web = field(default_factory=lambda: Web(""))
    cameras: Web = field(default_factory=lambda: Web(""))
    places: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    streams: str = ""

    @property
    def central_data(self) -> Path:
        """The centre's data folder."""
        return self.folder / "central"

    @property
    def edge_data(self) -> Path:
        """The edge's data folder."""
        return self.folder / "edge"

    @property
    def authority(self) -> Path:
        """The site's authority, which every certificate here is checked against."""
        return self.central_data / "keys" / "authority.pem"

    @property
    def central_web(self) -> Web:
        """The centre."""
        return Web(f"https://localhost:{self.https}", self.authority)

    @property
    def panel_web(self) -> Web:
        """The edge's lane panel."""
        return Web(f"https://localhost:{self.panel}", self.authority)

    def central(self, *words: str) -> str:
        """A command of the centre; returns what it prints."""
        return self._command("central-server", self.central_data, words)

    def edge(self, *words: str, told: str = "") -> str:
        """A command of the edge."""
        return self._command("edge-agent", self.edge_data, words, told)

    def _command(self, program: str, data: Path, words: Iterable[str], told: str = "") -> str:
        command = [str(self.bin / program), "--data", str(data), *words]
        try:
            done = subprocess.run(
                command, env=self.environment(), input=told, capture_output=True, text=True, timeout=60, check=False
            )
        except FileNotFoundError as error:
            raise Failure(f"{command[0]} is not built; ./gate build") from error
        if done.returncode != 0:
            raise Failure(f"`{program} {' '.join(words)}` failed: {(done.stderr + done.stdout).strip()[-1500:]}")
        return done.stdout.strip()

    def environment(self) -> dict[str, str]:
        """For every program of the site."""
        own = {"GATE_ONNXRUNTIME": str(LIBRARY)}
        if self.with_cable:
            own["GATE_CENTRAL_BROKER__ADDRESS"] = f"localhost:{self.cable_port}"
        return {**os.environ, **own}

    def make_central(self) -> None:
        """The centre's data folder; nothing runs yet."""
        at = f"127.0.0.1:{self.https}"
        self.central("init", "--listen", at, "--broker-listen", f"127.0.0.1:{self.broker}", "--database", self.database)
        if self.with_cable:
            self.cable = Cable(self.cable_port, self.broker)

    def start_central(self) -> None:
        """Starts it and waits until it answers."""
        command: list[str | Path] = [self.bin / "central-server", "--data", self.central_data, "serve"]
        self.children.start("central-server", command, self.environment())
        self.children.until("central-server", "its answer on /readyz", lambda: self.central_web.answers("/readyz"))

    def start_lanes(self, empty: str) -> None:
        """Starts the simulated lanes and a camera for each, and writes the edge's files for them."""
        self.start_plant()
        self.start_cameras({lane.name: empty for lane in self.lanes})
        plan.edge_files(self.edge_data, self.lanes, self.places, self.streams, self.panel)

    def start_plant(self) -> None:
        """Starts the simulated lanes."""
        file = self.folder / "lanes.toml"
        file.write_text(plan.simulator_file(self.lanes))
        self.children.start("lane-simulator", [self.bin / "lane-simulator", file])
        self.children.until("lane-simulator", "its start", lambda: "\n" in self.children.told("lane-simulator"))
        ready = json.loads(self.children.told("lane-simulator").splitlines()[0])
        self.plant = Web(f"http://{ready['control']}")
        self.places = ready["lanes"]

    def start_cameras(self, shown: Mapping[str, str], how: Iterable[str] = ()) -> None:
        """Starts the simulated cameras, each with what it shows at first; `how` are further words for their server."""
        server = ROOT / "tests" / "simulators" / "rtsp" / "server.py"
        mounts = [word for name, what in shown.items() for word in ("--mount", f"{name}={what}")]
        self.children.start("cameras", [SYSTEM_PYTHON, server, *how, *mounts])
        self.children.until("cameras", "their start", lambda: self.children.told("cameras").endswith("ready\n"), 120)
        lines = self.children.told("cameras").splitlines()
        control = next(line for line in lines if line.startswith("control "))
        self.cameras = Web(control.removeprefix("control "))
        stream = next(line for line in lines if line.startswith("rtsp://"))
        self.streams = stream.rpartition("/")[0]

    def enrol(self) -> None:
        """Makes the edge known to the centre."""
        lanes = ",".join(f"{lane.name}:{lane.ways}" for lane in self.lanes)
        token = self.central("edge", "add", EDGE, "--lanes", lanes)
        central = ["--central", f"https://localhost:{self.https}", "--authority", str(self.authority)]
        self.edge("enrol", EDGE, *central, "--token", token)

    def start_edge(self, cores: int | None = None) -> None:
        """Starts the edge, on so many of the machine's cores, and waits for its panel."""
        on = ["taskset", "--cpu-list", f"0-{cores - 1}"] if cores else []
        command: list[str | Path] = [*on, self.bin / "edge-agent", "--data", self.edge_data, "run"]
        self.children.start("edge-agent", command, self.environment())
        self.children.until("edge-agent", "its answer on /healthz", lambda: self.panel_web.answers("/healthz"), 40)

    def remove(self) -> None:
        """Takes its folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)
