"""`callforge doctor` tells a sound installation from a broken one, and both from a lean one."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from callforge import doctor


def test_a_missing_base_dependency_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["no-such-package>=1"])
    text, good = doctor.examine()
    assert not good
    assert "broken  no-such-package" in text
    assert "make setup" in text


def test_a_dependency_of_the_wrong_version_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["pydantic>=999"])
    findings = list(doctor.python_and_base())
    assert [(each.mark, each.what) for each in findings[1:]] == [("broken", "pydantic")]


def test_an_absent_extra_names_itself_and_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "EXTRAS", {"gen": ("no_such_module",)})
    (finding,) = doctor.extras()
    assert finding.mark == "absent"
    assert "callforge[gen]" in finding.detail


def test_another_distribution_with_one_of_our_names_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owners = {"validators": ["callforge", "validators"], "eval": ["callforge"]}
    monkeypatch.setattr(metadata, "packages_distributions", lambda: owners)
    (finding,) = doctor.names()
    assert (finding.mark, finding.what) == ("broken", "validators")


def test_a_base_model_that_is_not_installed_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    from training import base_model

    monkeypatch.setattr(base_model, "PACKAGE", "no_such_package")
    (finding,) = doctor.base_model()
    assert finding.mark == "absent"


def test_the_model_cache_is_looked_up_where_it_will_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLFORGE_CACHE", str(tmp_path / "deep" / "cache"))
    (finding,) = doctor.folders()
    assert finding.mark == "ok"
    assert str(tmp_path) in finding.detail
