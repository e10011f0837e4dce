"""How well, how surely and how fast pictures are read: the dev pictures beside the project, by `edge-agent read
--json` and, in the same run, by the peers; then calibration, drawn plates, plates made worse in steps, frames without
plates, speed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from entry.say import ROOT, Failure
from evaluate.bound import upper_bound
from training import datasets, manifest
from training.alphabet import normalise

from ..figures import Figure
from . import made, page, sets, speed
from .readers import PEER_LIMIT, PEERS, Agent, Peer, prepare_peers
from .score import Answer, Judged, Score, calibration_error, judge, score
from .sets import GROUPS, Group, Item

SAMPLE = 150  # plates of a set that the peers read
PARTS = ("made", "worse", "empty", "speed")
Tell = Callable[[Figure], None]


@dataclass(frozen=True)
class Row:
    """One group: ours on all of it, ours and the peers' on the same sample."""

    group: Group
    ours: Score
    sampled: Score
    peers: dict[str, Score]


@dataclass
class Found:
    """Everything that a run found, for the page."""

    limit: float
    hashes: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    worse: dict[tuple[str, float], tuple[float, float]] = field(default_factory=dict)


@dataclass
class Run:
    """One run of the bench."""

    agent: Agent
    peers: list[Peer]
    folder: Path
    sample: int
    found: Found
    out: Tell
    read: dict[Path, Answer] = field(default_factory=dict)

    def tell(self, name: str, value: float, unit: str, op: str = "-", target: float = 0.0, to: str = "") -> None:
        """One figure, told and kept for the page."""
        figure = Figure(name, value, unit, op, target, to)
        self.found.figures.append(figure)
        self.out(figure)

    def group(self, group: Group) -> None:
        """One group's figures: ours, and the peers' on a sample."""
        items = [item for name in group.names for item in sets.dev(name) if group.of(item)]
        # The same picture stands in several groups; it is read once a run.
        self.read |= self.agent.read(item for item in items if item.path not in self.read)
        judged = judge(items, self.read)
        ours = score(judged, self.read, self.found.limit)
        few = sets.sampled(items, self.sample, made.SEED)
        sampled = score(judge(few, self.read), self.read, self.found.limit)
        row = Row(group, ours, sampled, self.ask_peers(few))
        of = f"of {ours.plates} dev plates"
        self.tell(f"{group.name}_exact", ours.share(ours.exact), "share", ">=", group.target, of)
        self.tell(f"{group.name}_found", ours.share(ours.found), "share", to=of)
        self.tell(f"{group.name}_coverage", ours.share(ours.accepted), "share", to="accepted at the default limit")
        wrong = f"of {ours.accepted} accepted, 95 % sure at most {ours.bound:.4f}"
        self.tell(f"{group.name}_accepted_wrong", ours.wrong, "plates", "<=", 0, wrong)
        self.tell(f"{group.name}_ms", ours.ms, "ms", to="a picture, in the middle")
        for name, theirs in row.peers.items():
            self.tell(f"{group.name}_exact_{name}", theirs.share(theirs.exact), "share", to=f"of {theirs.plates}")
        if row.peers:
            best = max(peer.share(peer.exact) for peer in row.peers.values())
            ahead = sampled.share(sampled.exact) - best
            self.tell(f"{group.name}_ahead_of_best_peer", ahead, "share", ">=", 1e-9, f"on the same {sampled.plates}")
        self.found.rows.append(row)

    def ask_peers(self, items: Sequence[Item]) -> dict[str, Score]:
        """The peers' figures."""
        answers = {peer.name: peer.read(items) for peer in self.peers}
        return {name: score(judge(items, told), told, PEER_LIMIT) for name, told in answers.items()}

    def read_all(self, name: str) -> dict[Path, Answer]:
        """What the agent reads in the dev pictures of a data set."""
        self.read |= self.agent.read(item for item in sets.dev(name) if item.path not in self.read)
        return self.read

    def calibration(self, judged: dict[str, list[Judged]]) -> None:
        """Whether the probabilities are true, and what that makes of a wrong opening."""
        plates = [one for held in judged.values() for one in held if not one.item.code]
        for name, held in judged.items():
            if sum(one.told is not None for one in held if not one.item.code) >= 30:
                self.tell(f"{name}_calibration_error", calibration_error(held), "share", "<=", 0.01)
        self.tell("calibration_error", calibration_error(plates), "share", "<=", 0.01, f"over {len(plates)} dev plates")
        for name, value in page.thirds(plates).items():
            self.tell(f"calibration_error_{name}", value, "share", "<=", 0.01)
        whole = score(plates, self.read, self.found.limit)
        self.tell("opening_limit", self.found.limit, "probability", to="manifest.toml, by evaluate.calibrate")
        self.tell("coverage", whole.share(whole.accepted), "share", ">=", 0.95, "of all dev plates")
        self.tell("accepted_wrong", whole.wrong, "plates", "<=", 0, f"of {whole.accepted} accepted")
        self.tell("accepted_wrong_bound", whole.bound, "share", to="95 % sure at most")
        wrong = [one for one in plates if one.told and not one.right]
        known = {s.text for name in made.named() for s in datasets.read(sets.DATASETS, name) if s.text}
        landed = sum(normalise(one.told.text) in known for one in wrong if one.told)
        landing = upper_bound(landed, len(wrong))
        of = f"of {len(wrong)} misreads, 95 % sure at most {landing:.4f}"
        self.tell("misreads_that_are_another_plate", landed, "plates", to=of)
        both = f"{whole.bound:.4f} x {landing:.4f}: misread and another known plate"
        self.tell("wrong_opening_bound", whole.bound * landing, "share", "<=", 1e-4, both)

    def drawn(self) -> None:
        """Every kind of both countries as training draws them, from a seed of its own."""
        worst: dict[str, tuple[float, str]] = {}
        drawn = made.drawn(self.folder / "drawn")
        for name, items in drawn.items():
            answers = self.agent.read(items)
            found = score(judge(items, answers), answers, self.found.limit)
            exact = found.share(found.exact)
            self.tell(f"drawn_{name}_exact", exact, "share", ">=", 0.97, f"of {found.plates}, {made.QUALITY}")
            worst[name[:2]] = min(worst.get(name[:2], (2.0, "")), (exact, name))
        for country, (exact, name) in worst.items():
            self.tell(f"drawn_worst_{country}_exact", exact, "share", ">=", 0.97, name)
        few = sets.sampled([item for items in drawn.values() for item in items], self.sample, made.SEED)
        answers = self.agent.read(few)
        ours = score(judge(few, answers), answers, self.found.limit)
        self.found.rows.append(Row(Group("drawn", (), 0.97), ours, ours, self.ask_peers(few)))

    def worse(self) -> None:
        """Exact and calibration of plates made worse in steps."""
        for (way, step), items in made.worse(self.folder / "worse").items():
            answers = self.agent.read(items)
            judged = judge(items, answers)
            found = score(judged, answers, self.found.limit)
            exact, error = found.share(found.exact), calibration_error(judged)
            self.found.worse[way, step] = (exact, error)
            wrong = f"{found.wrong} of {found.accepted} accepted wrong, of {found.plates}"
            self.tell(f"worse_{way}_{step:g}_exact", exact, "share", to=wrong)
            self.tell(f"worse_{way}_{step:g}_calibration_error", error, "share")

    def empty(self) -> None:
        """Plates that are told where there is none."""
        paths = made.empty(self.folder / "empty")
        answers = self.agent.read(Item("empty", path, "", False) for path in paths)
        told = [told.confidence for answer in answers.values() for told in answer.told]
        self.tell("false_plates_told", len(told), "plates", to=f"on {len(paths)} frames whose plates are painted over")
        accepted = sum(c >= self.found.limit for c in told)
        self.tell("false_plates_accepted", accepted, "plates", "<=", 0, f"on {len(paths)} frames")
        crops = [sets.item(s) for s in datasets.read(sets.DATASETS, "no-plate") if s.split == "dev"]
        answers = self.agent.read(crops)
        accepted = sum(t.confidence >= self.found.limit for a in answers.values() for t in a.told)
        self.tell("false_crops_accepted", accepted, "plates", "<=", 0, f"of {len(crops)} crops that look like plates")

    def speed(self) -> None:
        """Whole frames, and the bare networks as their floor."""
        for figure in speed.measure(self.agent, self.peers, self.folder / "large"):
            self.found.figures.append(figure)
            self.out(figure)


def names() -> list[str]:
    """What `--only` takes."""
    return [*(group.name for group in GROUPS), *PARTS]


def measure(
    binaries: Path, folder: Path, tell: Tell, only: Sequence[str] = (), sample: int = SAMPLE, write: bool = False
) -> None:
    """All of it, or only some groups and parts; `write` renews docs/recognition.md. Raises Failure where the data sets
    are not there and a part that needs them was asked for."""
    unknown = sorted(set(only) - set(names()))
    if unknown:
        raise Failure(f"--only {unknown[0]}: there are {', '.join(names())}")
    if not sets.DATASETS.is_dir():
        print(f"SKIPPED recognition: no data sets at {sets.DATASETS}", flush=True)
        return
    entries = {entry["name"]: entry for entry in manifest.read(ROOT / "models")}
    limit = float(entries["plate-reader"].get("opening_probability", 0.99))
    hashes = {name: str(entry["sha256"])[:12] for name, entry in entries.items()}
    peers: list[Peer] = []
    if sample > 0:
        prepare_peers()
        peers = [Peer(name) for name in PEERS]
    run = Run(Agent(binaries), peers, folder, sample, Found(limit, hashes), tell)
    for group in GROUPS:
        if not only or group.name in only:
            run.group(group)
    if not only:
        # Colours and series of vn-kinds-crops overlap: for what holds over all, every data set counts once.
        once = {name: judge(sets.dev(name), run.read_all(name)) for name in made.named()}
        run.calibration(once)
    steps = {"made": run.drawn, "worse": run.worse, "empty": run.empty, "speed": run.speed}
    for name, step in steps.items():
        if not only or name in only:
            step()
    if manifest.read(ROOT / "models") != list(entries.values()):
        raise Failure("models/manifest.toml changed while pictures were read: measure again")
    if write:
        page.write(run.found, sample)
