"""Judgements on workloads and their containers."""

from toetskader.facts.kubernetes.workloads import Workloads
from toetskader.judging import Findings, check


@check("workload.read_only_root_filesystem")
def test_root_filesystem_is_read_only(workloads: Workloads, findings: Findings) -> None:
    """DDC 7.2: nobody can change the file system of a started container."""
    for container in workloads.containers():
        setting = container.security.read_only_root_filesystem
        if setting.flag() is not True:
            findings.add(setting, seen=setting.value, expected=True)
