"""Prefixes of MAC addresses by which a virtual network card tells the platform that made it.

Source: the IEEE registry of assigned prefixes (https://standards-oui.ieee.org/oui/oui.txt) for those without a note;
the others are locally administered ranges that the platform's documentation gives.
"""

from __future__ import annotations

VIRTUAL_CARDS: dict[str, str] = {
    "00:05:69": "vmware",
    "00:0c:29": "vmware",
    "00:1c:14": "vmware",
    "00:50:56": "vmware",
    "00:15:5d": "hyper-v",
    "00:16:3e": "xen",
    "00:1c:42": "parallels",
    "08:00:27": "virtualbox",
    "0a:00:27": "virtualbox",  # its host-only networks
    "50:6b:8d": "nutanix",
    "52:54:00": "kvm",  # QEMU's default
    "56:6f:": "kvm",  # oVirt and Red Hat Virtualization
    "00:1a:4a": "kvm",
    "bc:24:11": "kvm",  # Proxmox
    "00:0d:3a": "azure",
    "00:22:48": "azure",
    "60:45:bd": "azure",
    "42:01:": "google cloud",  # https://cloud.google.com/vpc/docs
    "02:42:": "docker",
}
"""The beginning of the address in lower case with colons, and the platform."""

PLATFORM_WORDS: dict[str, str] = {
    "vmware": r"vmware|vsphere|esxi?\b|vcenter",
    "hyper-v": r"hyper-?v|microsoft virtual",
    "xen": r"\bxen|xcp-ng|citrix hypervisor",
    "parallels": r"parallels",
    "virtualbox": r"virtualbox|vbox",
    "nutanix": r"nutanix|\bahv\b",
    "kvm": r"\bkvm\b|qemu|ovirt|proxmox|rhev|red hat virt|openshift virt|kubevirt|openstack",
    "azure": r"azure",
    "google cloud": r"google|gcp",
}
"""Words in lower case by which a file names the platform."""

COMPATIBLE = frozenset(
    {("azure", "hyper-v"), ("hyper-v", "azure"), ("nutanix", "kvm"), ("xen", "kvm"), ("kvm", "xen"), ("docker", "kvm")}
)
"""(by its card, by its words): platforms that share cards."""
