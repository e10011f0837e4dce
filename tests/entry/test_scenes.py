"""What is drawn is the same for the same seed, and carries its truth."""

from pathlib import Path

from tests.simulators.scenes import drawn, photographs


def test_drawn_vehicles_are_of_both_countries_and_carry_their_truth(tmp_path: Path) -> None:
    made = drawn.some(tmp_path / "a", 5, 8)
    again = drawn.some(tmp_path / "b", 5, 8)
    assert {(v.country, v.rows) for v in made} == {("vn", 1), ("vn", 2), ("cn", 1), ("cn", 2)}
    assert any(v.container for v in made)
    for one, other in zip(made, again, strict=True):
        assert one.plate == other.plate and one.plate
        assert one.picture.read_bytes() == other.picture.read_bytes()


def test_a_folder_without_pictures_is_refused_by_name(tmp_path: Path) -> None:
    try:
        photographs.of_folder(tmp_path)
    except ValueError as why:
        assert str(tmp_path) in str(why)
    else:
        raise AssertionError("an empty folder was taken")
