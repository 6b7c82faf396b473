"""The estimate of resources in a chart's documentation, and settings for object storage."""

from typing import Any

import pytest
from from_yaml import objects

from toetskader.facts.baseline import baseline_mentions
from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.object_storage import Part, rendered_settings, values_settings
from toetskader.facts.templates import Templates
from toetskader.facts.values import leaves

NEED = "\n\n| web | 3 replica's | 500m CPU | 256 MiB |\n"
LOADS = {
    "Basislijn: 600 transacties per minuut.": True,
    "Baseline: 1,000 requests/s": True,
    "50 gelijktijdige gebruikers": True,
    "100 zaken per uur": True,
    "Gemeten bij 20 rps": True,
    "De component is snel": False,
    "Versie 1.2.3 van 2026": False,
}


@pytest.mark.parametrize(("line", "expected"), LOADS.items())
def test_a_load_is_recognised(line: str, expected: bool) -> None:
    assert [mention.missing for mention in baseline_mentions({"README.md": line + NEED})] == [()] * expected


@pytest.mark.parametrize(
    ("need", "missing"),
    [
        ("", ("cpu", "memory", "replicas")),
        ("3 replicas, 2000m CPU", ("memory",)),
        ("3 replicas, 2 cores, 1 GB RAM", ()),
        ("\n" * 80 + "3 replicas, 2 cores, 1 GB RAM", ("cpu", "memory", "replicas")),
    ],
)
def test_what_is_missing_near_the_load(need: str, missing: tuple[str, ...]) -> None:
    (mention,) = baseline_mentions({"docs/install.md": f"# Capaciteit\n600 transacties per minuut\n{need}"})
    assert (mention.line, mention.missing) == (2, missing)


@pytest.mark.parametrize("name", ["charts/redis/README.md", "templates/x.yaml", "src/README.md"])
def test_other_files_state_no_baseline(name: str) -> None:
    assert baseline_mentions({name: "600 transacties per minuut" + NEED}) == ()


def test_only_comments_of_the_values_count() -> None:
    text = "# 600 transacties per minuut: 3 replicas, 500m CPU, 1 GB\nlimit: 600 requests per minuut\n"
    assert [mention.line for mention in baseline_mentions({"values.yaml": text})] == [1]


def test_a_very_long_line_is_passed_over() -> None:
    assert baseline_mentions({"README.md": "9" * 500_000}) == ()


def test_object_storage_in_a_render() -> None:
    all_ = objects("""
kind: Deployment
metadata: {name: app}
spec: {template: {spec: {containers: [{name: c, env: [{name: S3_ENDPOINT}, {name: DATABASE_HOST}]}]}}}
---
{kind: ConfigMap, metadata: {name: c}, data: {S3_BUCKET: b, LOG_LEVEL: info}}
""")
    found = rendered_settings(all_, Workloads(all_))
    assert found.names == {"S3_ENDPOINT", "S3_BUCKET"}
    assert found.has(Part.PLACE)
    assert found.has(Part.BUCKET)


READ = Templates({"templates/all.yaml": "{{ toYaml .Values }}"})
NAMES = {
    "azureBlobStorage.container": Part.BUCKET,
    "AZURE_STORAGE_CONNECTION_STRING": Part.PLACE,
    "objectStorage.endpoint": Part.PLACE,
    "s3storage.bucketName": Part.BUCKET,
    "MINIO_URL": Part.PLACE,
    "AWS_S3_ACCESS_KEY_ID": Part.OTHER,
}


@pytest.mark.parametrize(("name", "part"), NAMES.items())
def test_what_a_setting_says(name: str, part: Part) -> None:
    values: dict[str, Any] = {}
    section = values
    *sections, last = name.split(".")
    for key in sections:
        section = section.setdefault(key, {})
    section[last] = "x"
    found = values_settings(leaves(values), READ)
    assert found
    assert [one for one in (Part.PLACE, Part.BUCKET) if found.has(one)] == [
        one for one in (part,) if one is not Part.OTHER
    ]


@pytest.mark.parametrize("name", ["DATABASE_HOST", "imageRepository", "persistenceSize", "CONTAINER_NAME", "urls3"])
def test_other_settings(name: str) -> None:
    assert not values_settings(leaves({"settings": {name: "x"}}), READ)


BUCKETS = {
    ("MEDIA_BUCKET", "media"): True,
    ("BUCKET", ""): True,
    ("BUCKET_ENDPOINT", "https://opslag.example"): True,
    ("UPLOAD_BUCKETS", "a-media,b-media"): True,
    ("S3_REQUEST_BUCKETS", "0.1,0.5"): True,
    ("HTTP_LATENCY_BUCKETS", "[0.005, .01, 1e-1, +Inf]"): False,
    ("REQUEST_SECONDS_BUCKETS", "5ms,10ms,1s"): False,
    ("RATELIMIT_BUCKET", "100"): False,
    ("RATELIMIT_BUCKET_SIZE", "100"): False,
    ("TOKEN_BUCKET_REFILL", "10s"): False,
    ("METRICS_HISTOGRAM_BUCKETS", ""): False,
}


@pytest.mark.parametrize(("variable", "expected"), BUCKETS.items())
def test_what_is_counted_in_buckets_is_no_object_storage(variable: tuple[str, str], expected: bool) -> None:
    name, value = variable
    all_ = objects(
        "{kind: Pod, metadata: {name: p}, spec: {containers: "
        f"[{{name: c, env: [{{name: {name}, value: '{value}'}}]}}]}}}}"
    )
    assert bool(rendered_settings(all_, Workloads(all_))) is expected


def test_numbers_in_a_list_of_the_values_are_no_buckets_of_a_store() -> None:
    assert not values_settings(leaves({"metrics": {"buckets": [0.1, 0.5, 1]}}), READ)
    assert values_settings(leaves({"storage": {"buckets": ["media", "export"]}}), READ)


def test_settings_that_no_template_reads_are_none() -> None:
    assert not values_settings(leaves({"s3": {"bucket": "b"}}), Templates({"templates/a.yaml": "{{ .Values.host }}"}))
