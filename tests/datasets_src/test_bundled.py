"""What ships with the project: definitions and catalogues, found by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from callforge_core.errors import SpecError
from callforge_core.spec import load_spec
from datasets_src.bundled import (
    apis,
    catalogue_path,
    catalogues,
    default_release,
    operations_in,
    releases,
    releases_of,
    resolve_spec,
    spec_path,
    version_key,
)
from validators.catalogue import load_catalogue


def test_each_bundled_release_has_a_file() -> None:
    assert ("quality-on-demand", "1.1.0") in releases()
    assert all(spec_path(api, release).is_file() for api, release in releases())


@pytest.mark.parametrize(("api", "release"), releases())
def test_a_file_is_named_after_what_it_defines(api: str, release: str) -> None:
    spec = load_spec(spec_path(api, release))
    assert (spec.api, spec.release) == (api, release)
    assert operations_in(spec_path(api, release)) == tuple(spec.operations)


def test_releases_are_ordered_by_version_and_a_preview_comes_before_its_final_release() -> None:
    words = "1.2.0 1.10.0 1.2.0-rc.10 0.11.1 1.2.0-rc 1.0.0 1.2.0-rc.3 1.2.0-alpha.1"
    assert sorted(words.split(), key=version_key) == [
        "0.11.1", "1.0.0", "1.2.0-alpha.1", "1.2.0-rc", "1.2.0-rc.3", "1.2.0-rc.10", "1.2.0",
        "1.10.0",
    ]  # fmt: skip
    assert releases_of("quality-on-demand") == ["0.11.1", "1.0.0", "1.1.0", "1.2.0-rc"]


def test_the_release_taken_unnamed_is_the_stated_one_or_the_newest_final_one() -> None:
    assert default_release("quality-on-demand") == "1.1.0"
    assert default_release("qos-provisioning") == "0.3.0"
    assert default_release("qos-profiles") == "1.1.0"


@pytest.mark.parametrize(
    ("operation", "release", "api", "file"),
    [
        ("createSession", None, None, "quality-on-demand-1.1.0"),
        ("createSession", "1.2.0-rc", None, "quality-on-demand-1.2.0-rc"),
        ("createQosAssignment", None, None, "qos-provisioning-0.3.0"),
        ("retrieveQoSProfiles", None, None, "qos-profiles-1.1.0"),
        ("retrieveQoSProfiles", None, "qos-profiles", "qos-profiles-1.1.0"),
        (None, None, "qos-provisioning", "qos-provisioning-0.3.0"),
        (None, "0.11.1", None, "quality-on-demand-0.11.1"),
    ],
)
def test_an_operation_selects_the_api_that_alone_has_it(
    operation: str | None, release: str | None, api: str | None, file: str
) -> None:
    assert resolve_spec(operation, release, api).stem == file


@pytest.mark.parametrize(
    ("operation", "release", "api", "message"),
    [
        ("createSesion", None, None, "did you mean 'createSession'"),
        ("createQosAssigment", None, None, "did you mean 'createQosAssignment'"),
        ("createSession", "9.9.9", None, "unknown bundled release 'quality-on-demand 9.9.9'"),
        ("createQosAssignment", "1.1.0", None, "did you mean 'qos-provisioning 0.3.0'"),
        ("createSession", None, "qos-profiles", "give --api quality-on-demand"),
        ("createSession", None, "qos-profile", "did you mean 'qos-profiles'"),
    ],
)
def test_a_choice_that_does_not_exist_is_answered_with_what_there_is(
    operation: str, release: str | None, api: str | None, message: str
) -> None:
    with pytest.raises(SpecError) as caught:
        resolve_spec(operation, release, api)
    assert message in str(caught.value)


def test_a_release_without_the_operation_names_one_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "specs").mkdir()
    for release, name in (("1.0.0", "oldName"), ("2.0.0", "newName")):
        text = f"paths:\n  /a:\n    post:\n      operationId: {name}\n"
        (tmp_path / "specs" / f"thing-{release}.yaml").write_text(text)
    monkeypatch.setattr("datasets_src.bundled.folder", lambda name: tmp_path / name)
    assert apis() == ["thing"]
    with pytest.raises(
        SpecError, match=r"thing 2\.0\.0 has no operation 'oldName'; give --release"
    ):
        resolve_spec("oldName", None, None)
    assert resolve_spec("oldName", "1.0.0", None).stem == "thing-1.0.0"


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
