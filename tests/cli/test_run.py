"""`vinfra run`: one question, one folder; the same question finds its answer, a stopped one continues."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vinfra.scenario.ledger import Ledger

DAY = "scenarios/fleet/planetlab-day.yaml"
Run = Callable[..., Any]


def result(said: Any) -> dict[str, Any]:
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_it_prints_a_comparison_and_the_path_of_the_report(vinfra: Run) -> None:
    said = vinfra("run", "small.yaml")
    assert said.code == 0, said.err
    assert "one" in said.out and "two" in said.out
    report = next(Path("results").glob("small/*/report.html"))
    assert str(report) in said.out.replace("\n", "")


def test_json_is_one_document_as_documented(vinfra: Run) -> None:
    document = result(vinfra("run", "small.yaml", "--json"))
    assert set(document) == {"scenario", "digest", "variants", "points", "expect"}
    assert [variant["name"] for variant in document["variants"]] == ["one", "two"]
    assert document["variants"][0]["refused"] is None
    assert [(point["variant"], point["at"]) for point in document["points"]] == [
        ("one", {"vms.web.count": 2}),
        ("two", {"vms.web.count": 2}),
        ("one", {"vms.web.count": 4}),
        ("two", {"vms.web.count": 4}),
    ]
    assert document["expect"] == [{"claim": "cpu_ready: one <= two", "holds": True}]
    ready = {point["variant"]: point["metrics"]["cpu_ready_pct"] for point in document["points"][2:]}
    assert ready == {"one": pytest.approx(0.0), "two": pytest.approx(50.0)}


def test_the_same_question_lands_in_the_same_folder_and_is_not_simulated_again(vinfra: Run) -> None:
    first = result(vinfra("run", "small.yaml", "--json"))
    (folder,) = Path("results/small").iterdir()
    before = (folder / "report.html").stat().st_mtime_ns
    assert result(vinfra("run", "small.yaml", "--json")) == first
    assert [path for path in Path("results/small").iterdir()] == [folder]
    assert (folder / "report.html").stat().st_mtime_ns == before


def test_another_value_is_another_question(vinfra: Run) -> None:
    vinfra("run", "small.yaml", "--quiet")
    vinfra("run", "small.yaml", "--quiet", "--set", "vms.web.demand=60 %")
    assert len(list(Path("results/small").iterdir())) == 2


def test_a_run_that_lost_points_does_exactly_those_again(vinfra: Run) -> None:
    first = result(vinfra("run", "small.yaml", "--json"))
    (folder,) = Path("results/small").iterdir()
    with Ledger(folder / "ledger.sqlite") as ledger:
        ledger._base.execute("delete from points where variant = 'two'")
    (folder / "manifest.json").unlink()
    assert result(vinfra("run", "small.yaml", "--json")) == first


def test_fresh_forgets(vinfra: Run) -> None:
    first = result(vinfra("run", "small.yaml", "--json"))
    assert result(vinfra("run", "small.yaml", "--json", "--fresh")) == first


def test_out_is_where_it_says(vinfra: Run, tmp_path: Path) -> None:
    assert vinfra("run", "small.yaml", "--out", "answer", "--quiet").out == ""
    assert not Path("results").exists()
    names = {path.name for path in (tmp_path / "answer").iterdir()}
    assert names >= {
        "manifest.json",
        "resolved.yaml",
        "summary.csv",
        "points.parquet",
        "series.parquet",
        "events.parquet",
        "report.html",
        "trace.json",
    }
    assert not [name for name in names if name.endswith(".tmp") or name.startswith(".")]


def test_a_folder_that_answers_another_question_is_left_alone(vinfra: Run) -> None:
    first = result(vinfra("run", "small.yaml", "--out", "answer", "--json"))
    said = vinfra("run", "small.yaml", "--out", "answer", "--json", "--set", "vms.web.demand=90 %")
    assert (said.code, said.out) == (2, "") and "another question" in said.err
    assert result(vinfra("run", "small.yaml", "--out", "answer", "--json")) == first
    assert vinfra("run", "small.yaml", "--out", "small.yaml").code == 2


def test_the_same_value_written_otherwise_is_the_same_question(vinfra: Run) -> None:
    vinfra("run", "small.yaml", "--quiet")
    vinfra("run", "small.yaml", "--quiet", "--set", "duration=60 min", "--set", "question=In other words?")
    assert len(list(Path("results/small").iterdir())) == 1


def test_vms_without_a_host_are_told_with_the_reason(vinfra: Run) -> None:
    said = vinfra("run", "small.yaml", "--set", "hosts.esx1.memory=3 GiB")
    assert "web: 1 VMs without a host, left out (web-4): no host had 1 GiB of memory left" in " ".join(said.out.split())


def test_one_row_that_is_refused_leaves_the_others(vinfra: Run) -> None:
    text = Path("small.yaml").read_text().split("compare:")[0]
    text += "sweep:\n  vms.web.vcpus: [1, 2, 8]\n"
    Path("rows.yaml").write_text(text.replace("demand: 50 %, ", "").replace(": small", ": rows"))
    document = result(vinfra("run", "rows.yaml", "--json"))
    values = [point["metrics"].get("cpu_ready_pct") for point in document["points"]]
    assert values[:2] == [pytest.approx(100 / 3), pytest.approx(200 / 3)] and values[2] is None
    assert "8 vCPUs" in document["variants"][0]["refused"]


def test_a_variant_that_hides_the_sweep_is_refused(vinfra: Run) -> None:
    Path("hidden.yaml").write_text(Path("small.yaml").read_text().replace("one: {}", "one: {vms.web.count: 7}"))
    said = vinfra("check", "hidden.yaml")
    assert said.code == 2 and "hidden.yaml:9:9 vms.web.count: is swept too" in said.err


def test_variant_chooses_columns(vinfra: Run) -> None:
    document = result(vinfra("run", "small.yaml", "--json", "--variant", "two"))
    assert [variant["name"] for variant in document["variants"]] == ["two"]


def test_the_order_things_are_listed_in_changes_nothing(vinfra: Run, tmp_path: Path) -> None:
    head = "scenario: order\nquestion: Does order matter?\nduration: 1 h\n"
    hosts = ["  a: {cores: 1, frequency: 2 GHz, memory: 4 GiB}", "  b: {cores: 2, frequency: 1 GHz, memory: 3 GiB}"]
    vms = ["  x: {count: 3, demand: 70 %}", "  y: {count: 3, demand: 30 %, shares: 300}", "  z: {demand: 9 %}"]
    digests = set()
    for turn in (1, -1):
        text = head + "hosts:\n" + "\n".join(hosts[::turn]) + "\nvms:\n" + "\n".join(vms[::turn]) + "\n"
        (tmp_path / "order.yaml").write_text(text)
        digests.add(result(vinfra("run", "order.yaml", "--json"))["digest"])
    assert len(digests) == 1


def test_replications_differ_and_repeat(vinfra: Run) -> None:
    text = (
        Path("small.yaml").read_text().replace("demand: 50 %, ", "")
    ) + "workload: {trace: planetlab}\nreplications: 2\n"
    Path("drawn.yaml").write_text(text.replace("scenario: small", "scenario: drawn"))
    first = result(vinfra("run", "drawn.yaml", "--json"))
    again = result(vinfra("run", "drawn.yaml", "--json", "--fresh"))
    assert first["digest"] == again["digest"]
    used = [point["metrics"]["cpu_utilisation_pct"] for point in first["points"] if point["variant"] == "one"]
    assert len(set(used)) == len(used) == 4


def test_a_claim_that_does_not_hold_is_exit_code_1(vinfra: Run) -> None:
    text = Path("small.yaml").read_text().replace("one <= two", "two < one")
    Path("wrong.yaml").write_text(text)
    said = vinfra("run", "wrong.yaml", "--json")
    assert said.code == 1
    assert json.loads(said.out)["expect"] == [{"claim": "cpu_ready: two < one", "holds": False}]


def test_a_refused_variant_is_a_cell_that_says_why(vinfra: Run) -> None:
    text = Path("small.yaml").read_text() + "  - {cpu_ready: one < 90}\n"
    text = text.replace(
        "  two: {hosts.esx1.cores: 1}",
        "  two: {hosts.esx1: {server: hp-proliant-ml110-g4, technique: nested-paging, hypervisor: esx-4.0}}",
    )
    Path("refused.yaml").write_text(text.replace("  - {cpu_ready: one <= two}\n", ""))
    document = result(vinfra("run", "refused.yaml", "--json"))
    one, two = document["variants"]
    assert one["refused"] is None and one["metrics"]["cpu_ready_pct"] is not None
    assert "nested" in two["refused"]
    assert two["metrics"]["cpu_ready_pct"] is None


@pytest.mark.parametrize("verb", ["run", "check"])
def test_bad_input_is_exit_code_2_one_line_each_and_nothing_written(vinfra: Run, verb: str) -> None:
    Path("bad.yaml").write_text(Path("small.yaml").read_text().replace("cores: 2", "cores: 0").replace("1 GiB", "1G"))
    said = vinfra(verb, "bad.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines() == [
        "bad.yaml:5:10 hosts.esx1.cores: must be at least 1, got 0",
        "bad.yaml:7:33 vms.web.memory: '1G' has no unit that vinfra knows; write '1 GB' or '1 GiB'",
    ]
    assert not Path("results").exists()


def test_an_interrupted_run_leaves_with_130_and_continues(vinfra: Run, tmp_path: Path) -> None:
    text = Path("small.yaml").read_text().replace("[2, 4]", f"[{', '.join(map(str, range(2, 400)))}]")
    Path("long.yaml").write_text(
        text.replace("memory: 8 GiB", "memory: 800 GiB").replace("duration: 1 h", "duration: 30 d")
    )
    process = subprocess.Popen([sys.executable, "-m", "vinfra.cli", "run", "long.yaml", "--out", "long", "--json"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})  # fmt: skip
    deadline = time.monotonic() + 60
    while not _done(tmp_path / "long") and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == "" and "the same command continues" in err
    kept = _done(tmp_path / "long")
    assert 0 < kept < 2 * 398
    assert not (tmp_path / "long" / "manifest.json").exists()


def _done(folder: Path) -> int:
    if not (folder / "ledger.sqlite").exists():
        return 0
    with Ledger(folder / "ledger.sqlite") as ledger:
        return len(ledger.done())


class TestRecordedDay:
    """The main job, on a real PlanetLab day."""

    @pytest.fixture(autouse=True)
    def at_home(self, root: Path, vinfra: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(root)

    def energies(self, vinfra: Run, day: Path, out: Path) -> tuple[str, dict[str, float]]:
        document = result(vinfra("run", DAY, "--set", f"workload.path={day}", "--out", str(out), "--json"))
        return document["digest"], {v["name"]: v["metrics"]["energy_kwh"] for v in document["variants"]}

    def test_energy_is_that_of_cloudsim_where_its_rules_are_repeated(
        self, vinfra: Run, planetlab_day: Path, tmp_path: Path
    ) -> None:
        _, energy = self.energies(vinfra, planetlab_day, tmp_path / "out")
        assert energy["npa"] == pytest.approx(2419.2, rel=1e-9)
        assert energy["dvfs"] == pytest.approx(764.96, rel=0.02)
        assert energy["dvfs-corrected"] == pytest.approx(937.0, rel=0.005)

    def test_a_shuffled_folder_with_other_names_gives_the_same_digest(
        self, vinfra: Run, planetlab_day: Path, tmp_path: Path
    ) -> None:
        files = sorted(planetlab_day.iterdir())
        random.Random(7).shuffle(files)
        shuffled = tmp_path / "shuffled"
        shuffled.mkdir()
        for number, file in enumerate(files):
            shutil.copy(file, shuffled / f"vm-{number}")
        one, _ = self.energies(vinfra, planetlab_day, tmp_path / "one")
        other, _ = self.energies(vinfra, shuffled, tmp_path / "other")
        assert one == other

    def test_a_damaged_file_is_named_with_its_line(self, vinfra: Run, planetlab_day: Path, tmp_path: Path) -> None:
        for number, file in enumerate(sorted(planetlab_day.iterdir())[:4]):
            (tmp_path / f"vm-{number}").write_bytes(file.read_bytes())
        for name, line, text in [("vm-0", 3, "x"), ("vm-1", 7, "250")]:
            lines = (tmp_path / name).read_text().splitlines()
            lines[line - 1] = text
            (tmp_path / name).write_text("\n".join(lines) + "\n")
        (tmp_path / "vm-2").write_text("\n".join(["1"] * 287) + "\n")
        (tmp_path / "small.yaml").unlink(missing_ok=True)
        said = vinfra("run", DAY, "--set", f"workload.path={tmp_path}", "--json")
        assert (said.code, said.out) == (2, "")
        for expected in (f"{tmp_path}/vm-0:3", f"{tmp_path}/vm-1:7", f"{tmp_path}/vm-2:287"):
            assert expected in said.err


def test_the_hash_seed_of_python_changes_nothing(vinfra: Run, root: Path, tmp_path: Path) -> None:
    digests = set()
    for seed in ("0", "1", "4242"):
        command = [sys.executable, "-m", "vinfra.cli", "run", "small.yaml", "--out", f"seed-{seed}", "--json"]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
        digests.add(json.loads(done.stdout)["digest"])
    assert len(digests) == 1
