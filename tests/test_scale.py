"""What docs/scale.md says is so: its settings, its deployment files, its tables."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import capacity, scale
from bot.__main__ import app
from bot.config import load_settings
from engine import cluster
from engine.weights.catalogue import model_named

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "scale.md").read_text("utf-8")
DEPLOY = ROOT / "docs" / "deploy"


def read_yaml(text: str) -> Any:
    return pytest.importorskip("yaml").safe_load(text)


def applications() -> list[dict[str, Any]]:
    """Those of Ray Serve, on machines and on Kubernetes."""
    service = read_yaml((DEPLOY / "rayservice.yaml").read_text("utf-8"))
    plain = read_yaml((DEPLOY / "serve.yaml").read_text("utf-8"))
    return [*plain["applications"], *read_yaml(service["spec"]["serveConfigV2"])["applications"]]


def test_the_chat_s_settings_can_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RETOUCH_CONFIG", str(DEPLOY / "chat.toml"))
    settings = load_settings()
    assert settings.engine.exchange == applications()[0]["args"]["exchange"]
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "block.toml").write_text(block)
    monkeypatch.setenv("RETOUCH_CONFIG", str(tmp_path / "block.toml"))
    assert load_settings().engine.model_dump() == tomllib.loads(block)["engine"]


def test_the_engine_s_arguments_are_known() -> None:
    machines, kubernetes = applications()
    assert machines == kubernetes
    settings = cluster.ClusterSettings.model_validate(machines["args"])
    assert model_named(settings.generation.inpainting).kind == "inpainting"
    module, function = machines["import_path"].split(":")
    assert getattr(import_module(module), function) is cluster.app
    assert [deployment["name"] for deployment in machines["deployments"]] == [cluster.NAME]


def test_ray_takes_the_files() -> None:
    schema: Any = pytest.importorskip("ray.serve.schema")
    for application in applications():
        schema.ServeApplicationSchema.model_validate(application)
    schema.ServeDeploySchema.model_validate(read_yaml((DEPLOY / "serve.yaml").read_text("utf-8")))


def test_the_commands_have_those_options() -> None:
    told = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200"}).stdout
    unit = (DEPLOY / "retouch-engine.service").read_text("utf-8")
    for line in [*re.findall(r"retouch serve (.*)", PAGE), *re.findall(r"retouch serve (.*)", unit)]:
        for option in re.findall(r"--[a-z]+", line):
            assert option in told
    for link in re.findall(r"\]\((deploy/[^)]+|\.\./[^)]+)\)", PAGE):
        assert (ROOT / "docs" / link).is_file()


def test_the_tables_are_the_model_s() -> None:
    service = capacity.service_of()
    for hourly in capacity.HOURLY:
        assert capacity.row(hourly, service, capacity.TARGET_S) in PAGE
    for kind, share in capacity.MIX.items():
        assert f"| {kind} | {capacity.seconds_of(kind):.2f} | {share:.0%} |" in PAGE


@pytest.mark.parametrize(("engines", "load", "chance"), [(1, 0.6, 0.6), (2, 1.0, 1 / 3), (5, 4.0, 0.5541)])
def test_erlang_s_table(engines: int, load: float, chance: float) -> None:
    assert capacity.waits(engines, load) == pytest.approx(chance, abs=1e-4)


def test_more_engines_are_asked_for_than_would_be_busy_all_the_time() -> None:
    service = capacity.Service(2.0, 0.0)
    assert capacity.engines_for(0.49, service, 1e9) == 1
    assert capacity.engines_for(0.51, service, 1e9) == 2
    assert capacity.engines_for(0.49, service, 1.0) > 1
    with pytest.raises(ValueError, match="2 engines"):
        capacity.wait(1.1, 2, service)


@pytest.mark.parametrize("engines", [1, 3])
def test_the_simulation_agrees_where_the_model_holds(engines: int) -> None:
    service = capacity.service_of()
    (_, modelled), (_, simulated), *_ = scale.compared(engines, 0.8, service, 60_000)
    assert simulated == pytest.approx(modelled, rel=0.15)


def test_a_queue_of_three_by_hand() -> None:
    arrivals, times = np.array([0.0, 1.0, 1.0, 9.0]), np.array([4.0, 1.0, 1.0, 1.0])
    assert scale.one_queue(arrivals, times, 1).tolist() == [0.0, 3.0, 4.0, 0.0]
    assert scale.one_queue(arrivals, times, 2).tolist() == [0.0, 0.0, 1.0, 0.0]
    alone = scale.routed(arrivals, times, 1, 2, np.random.default_rng(1))
    assert alone.tolist() == [0.0, 3.0, 4.0, 0.0]
