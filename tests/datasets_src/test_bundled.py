"""What ships with the project: definitions and catalogues, found by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from callforge_core.errors import SpecError
from datasets_src.bundled import catalogue_path, catalogues, releases, spec_path
from validators.catalogue import load_catalogue


def test_each_bundled_release_has_a_file() -> None:
    assert ("quality-on-demand", "1.1.0") in releases()
    assert all(spec_path(api, release).is_file() for api, release in releases())


def test_a_release_that_is_not_bundled_is_answered_with_the_nearest() -> None:
    with pytest.raises(SpecError, match=r"did you mean 'quality-on-demand 1\.1\.0'"):
        spec_path("quality-on-demand", "1.1.1")


def test_a_catalogue_is_found_by_name_or_by_path(tmp_path: Path) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text("name: ours\nprofiles: [{name: GOLD, use: everything}]")
    assert load_catalogue(catalogue_path("default")).name == "default"
    assert load_catalogue(catalogue_path(str(own))).by_name["GOLD"].max_duration_s is None
    with pytest.raises(SpecError, match="did you mean 'default'"):
        catalogue_path("defaults")


@pytest.mark.parametrize("name", catalogues())
def test_each_workload_means_one_profile_only(name: str) -> None:
    catalogue = load_catalogue(catalogue_path(name))
    everything = [workload for profile in catalogue.profiles for workload in profile.workloads]
    assert len(set(everything)) == len(everything)
    for profile in catalogue.profiles:
        assert profile.status == "ACTIVE"
        assert len(profile.workloads) >= 12


def test_the_default_catalogue_states_no_maximum_but_the_reference_does() -> None:
    default, reference = (
        load_catalogue(catalogue_path(n)) for n in ("default", "camara-reference")
    )
    assert {profile.max_duration_s for profile in default.profiles} == {None}
    assert {profile.max_duration_s for profile in reference.profiles} == {86400}
    assert list(default.by_name) == list(reference.by_name) == ["QOS_E", "QOS_S", "QOS_M", "QOS_L"]
