"""The story of innovation, read from a run's tables."""

import json
import subprocess
import sys

import pytest

from nqpf.experiments import run
from nqpf.experiments.innovation import STAGES, consortia, draw, milestones, page, spread
from nqpf.model.facts import load_facts
from nqpf.model.scenario import Scenario


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run with many attempts and quick adoption, so that tracks rise and fall within it."""
    quick = {"parameters.research.attempts": "1", "parameters.research.adoption": "0.1"}
    scenario = Scenario.load("china", seed=2, firms=1000, quarters=10, settings=quick)
    return run(scenario, out=tmp_path_factory.mktemp("innovation") / "run")


def test_every_attempt_is_a_consortium_the_widest_first(made):
    """As many as the events have, each with its partners' provinces, in falling order of provinces."""
    found = consortia(made, load_facts())
    events = made.events
    tried = events[events["kind"].isin(["attempt", "breakthrough"])]
    assert len(found) == len(tried) > 20
    assert sum(c.succeeded for c in found) == (tried["kind"] == "breakthrough").sum() > 3
    assert [len(c.provinces) for c in found] == sorted((len(c.provinces) for c in found), reverse=True)
    for c in found:
        assert c.city in c.places
        assert {place[:2] for place in c.places} == set(c.provinces)
        assert {city for _, city, _ in c.partners} <= set(c.places)


def test_spread_adds_up_with_the_tracks_of_the_start(made):
    """Shares of a sector's sales over its tracks, old and new, are one in every quarter, in sectors with a firm."""
    tracks = made.tracks
    total = tracks.groupby(["quarter", "sector"], observed=True)[["sales_share", "firms"]].sum()
    assert total.loc[total["firms"] > 0, "sales_share"].to_numpy() == pytest.approx(1)
    new = spread(made)
    assert list(new.columns) == sorted(set(tracks.loc[tracks["city"].notna(), "track"]))
    assert new.isna().to_numpy().any()  # before they were opened


def test_milestones_are_read_off_the_spread(made):
    """The quarter of each stage is the first at or above it; none where the highest share is below."""
    shares = spread(made)
    found = milestones(made)
    assert [m.track for m in found] == list(shares.columns)
    for m in found:
        path = shares[m.track].dropna().to_list()
        assert m.highest == max(path)
        for stage, quarter in zip(STAGES, m.reached, strict=True):
            assert (quarter is None) == (m.highest < stage)
            if quarter is not None:
                assert path[quarter] >= stage > max([0, *path[:quarter]])
    assert any(m.reached[0] is not None for m in found)


def test_the_command_tells_and_draws(made, tmp_path):
    """Three consortia, the tracks, and a picture; a folder that is no run is one line and exit code 2."""
    draw(made, tmp_path / "tracks.png")
    assert (tmp_path / "tracks.png").read_bytes().startswith(b"\x89PNG")
    command = (sys.executable, "-m", "nqpf.experiments.innovation")
    told = subprocess.run((*command, str(made.path)), capture_output=True, text=True, check=True).stdout
    assert "Widest consortia" in told
    written = page(made, load_facts(), "tracks.png")
    assert "(tracks.png)" in written
    assert written.count("\n| ") == 2 * (2 + 3) + 2 + len(milestones(made))
    assert json.loads((made.path / "run.json").read_text())["status"] == "finished"
    refused = subprocess.run((*command, str(tmp_path / "nowhere")), capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
