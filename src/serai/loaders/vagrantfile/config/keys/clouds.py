"""Provider blocks of platforms elsewhere: aws, azure, google, vsphere."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.table import Method, Table
from serai.loaders.vagrantfile.ruby.values import Array, Value


def placed(name: str) -> Method:
    """`region_config "eu-west-1", ami: "…"` and with a block: the calls are listed."""

    def call(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
        entry = Array(args)
        if block is not None:
            inner = section.fresh()
            rt.call(block, [inner])
            section.unknown.update(inner.unknown)
            entry.append(inner)
        section.values.setdefault(name, Array()).append(entry)
        return None

    return call


AWS = Table(
    name="aws",
    keys={
        **dict.fromkeys(
            ("access_key_id", "secret_access_key", "session_token", "aws_dir", "ami", "keypair_name",
             "availability_zone", "placement_group", "subnet_id", "private_ip_address", "elastic_ip", "tags",
             "package_tags", "user_data", "block_device_mapping", "iam_instance_profile_arn",
             "iam_instance_profile_name", "use_iam_profile", "monitoring", "ebs_optimized", "source_dest_check",
             "elb", "terminate_on_shutdown", "kernel_id", "endpoint", "version", "ssh_host_attribute",
             "region_config", "instance_private_ip_address", "server_type")
        ),
        "aws_profile": "default",
        "region": "us-east-1",
        "instance_type": "m3.medium",
        "security_groups": [],
        "associate_public_ip": False,
        "tenancy": "default",
        "unregister_elb_from_az": True,
        "instance_ready_timeout": 120,
        "instance_check_interval": 2,
        "instance_package_timeout": 600,
    },
    methods={"region_config": placed("region_config")},
)  # fmt: skip
AZURE = Table(
    name="azure",
    keys={
        **dict.fromkeys(
            ("tenant_id", "client_id", "client_secret", "subscription_id", "endpoint", "resource_group_name",
             "vm_name", "dns_name", "nsg_name", "vm_password", "vm_storage_account_type", "vm_image_urn",
             "vm_vhd_uri", "vm_vhd_storage_account_id", "vm_managed_image_id", "vm_operating_system", "data_disks",
             "virtual_network_name", "subnet_name", "tcp_endpoints", "availability_set_name", "admin_username",
             "admin_password", "winrm_install_self_signed_cert", "deployment_template", "wait_for_destroy",
             "instance_ready_timeout", "instance_check_interval")
        ),
        "location": "westus",
        "vm_size": "Standard_DS2_v2",
    },
)  # fmt: skip
GOOGLE = Table(
    name="google",
    keys={
        **dict.fromkeys(
            ("google_json_key_location", "google_project_id", "google_client_email", "google_key_location",
            "image",
             "image_family", "image_project_id", "instance_group", "disk_name", "additional_disks", "metadata",
             "name", "network_project_id", "subnetwork", "tags", "labels", "can_ip_forward", "external_ip",
             "network_ip", "use_private_ip", "preemptible", "zone", "scopes", "service_account",
             "service_accounts",
             "accelerators", "enable_secure_boot", "enable_display", "enable_vtpm",
             "enable_integrity_monitoring", "resource_policies", "setup_winrm_password", "zone_config")
        ),
        "machine_type": "n1-standard-1",
        "disk_size": 10,
        "disk_type": "pd-standard",
        "network": "default",
        "autodelete_disk": True,
        "auto_restart": True,
        "on_host_maintenance": "MIGRATE",
        "instance_ready_timeout": 20,
    },
    methods={"zone_config": placed("zone_config")},
)  # fmt: skip


def custom_attribute(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    section.values.setdefault("custom_attribute", Array()).append(Array(args))
    return None


VSPHERE = Table(
    name="vsphere",
    keys={
        **dict.fromkeys(
            ("host", "insecure", "user", "password", "data_center_name", "compute_resource_name",
             "resource_pool_name", "clone_from_vm", "template_name", "name", "vm_base_path",
             "customization_spec_name", "data_store_name", "linked_clone", "proxy_host", "proxy_port", "vlan",
             "address", "mac", "memory_mb", "cpu_count", "cpu_reservation", "mem_reservation", "real_nic_ip",
             "notes", "wait_for_sysprep", "custom_attribute", "addressType", "wait_for_customization",
             "management_network_adapter_slot", "management_network_adapter_address_family")
        ),
        "extra_config": {},
        "ip_address_timeout": 240,
    },
    initial={"extra_config": {}},
    methods={"custom_attribute": custom_attribute},
)  # fmt: skip
