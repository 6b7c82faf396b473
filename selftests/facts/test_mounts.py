"""Files that containers get from ConfigMaps and Secrets."""

import pytest
from from_yaml import objects

from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.facts.mounts import Content, mounted_files

HELD = """
---
{kind: ConfigMap, metadata: {name: files}, data: {nginx.conf: x, ca.crt: y, start.sh: z, run: "#!/bin/sh"}}
---
{kind: Secret, metadata: {name: keys}, stringData: {password: x, settings.yaml: y, tls.key: z}}
"""
MOUNTS = {
    "configMap: {name: files}": {
        "nginx.conf": Content.CONFIGURATION,
        "ca.crt": Content.CERTIFICATE,
        "start.sh": Content.SCRIPT,
        "run": Content.SCRIPT,
    },
    "configMap: {name: files, items: [{key: nginx.conf, path: conf.d/site}]}": {"site": Content.CONFIGURATION},
    "secret: {secretName: keys}": {
        "password": Content.SECRET,
        "settings.yaml": Content.CONFIGURATION,
        "tls.key": Content.CERTIFICATE,
    },
    "projected: {sources: [{secret: {name: keys, items: [{key: password, path: pw}]}}]}": {"pw": Content.SECRET},
    "secret: {secretName: elsewhere}": {"": Content.UNKNOWN},
    "secret: {secretName: kvk-certs}": {"": Content.CERTIFICATE},
    "configMap: {name: elsewhere, items: [{key: a, path: app.ini}]}": {"app.ini": Content.CONFIGURATION},
    "secret: {secretName: code, items: [{key: a, path: gitlab.rb}]}": {"gitlab.rb": Content.CONFIGURATION},
    "configMap: {name: code, items: [{key: a, path: start.rb}]}": {"start.rb": Content.SCRIPT},
    "emptyDir: {}": {},
}


def content(volume: str, mount: str = "mountPath: /x") -> dict[str, Content]:
    everything = objects(
        "{kind: Deployment, metadata: {name: app}, spec: {template: {spec: {containers: "
        f"[{{name: c, volumeMounts: [{{name: v, {mount}}}]}}], volumes: [{{name: v, {volume}}}]}}}}}}}}" + HELD
    )
    (container,) = Workloads(everything).containers()
    return {file.name: file.content for file in mounted_files(container, everything)}


@pytest.mark.parametrize(("volume", "expected"), MOUNTS.items())
def test_content(volume: str, expected: dict[str, Content]) -> None:
    assert content(volume) == expected


def test_a_sub_path_is_one_file() -> None:
    assert content("configMap: {name: files}", "mountPath: /x, subPath: ca.crt") == {"ca.crt": Content.CERTIFICATE}
    assert content("configMap: {name: other}", "mountPath: /x, subPath: app.yaml") == {
        "app.yaml": Content.CONFIGURATION
    }
