"""Made-up files: two sources that speak of the same servers, and files that are broken in one way each."""

from __future__ import annotations

RVTOOLS = (
    "VM,Powerstate,Template,DNS Name,CPUs,Memory,Provisioned MiB,In Use MiB,Primary IP Address,Datacenter,Cluster,Host,"
    "OS according to the configuration file,OS according to the VMware Tools,VM ID,VM UUID,VI SDK Server\n"
    "web-1,poweredOn,False,web-1.example.org,2,8192,102400,51200,192.0.2.11,North,CL-1,esx-1.example.org,"
    "Ubuntu Linux (64-bit),Ubuntu 22.04.4 LTS,vm-1,5030aaaa-0000-1111-2222-333344445555,vc.example.org\n"
    "db-1,poweredOn,False,db-1.example.org,4,24576,524288,262144,192.0.2.12,North,CL-1,esx-1.example.org,"
    "Red Hat Enterprise Linux 8 (64-bit),Red Hat Enterprise Linux 8.9,vm-2,5030bbbb-0000-1111-2222-333344445555,"
    "vc.example.org\n"
)
SERVICENOW = (
    "sys_id,name,sys_class_name,serial_number,ip_address,fqdn,os,os_version,cpu_count,cpu_core_count,ram,disk_space,"
    "support_group,install_status,classification\n"
    "00000000000000000000000000000001,DB-1,cmdb_ci_linux_server,,192.0.2.12,db-1.example.org,Linux Red Hat,8.6,1,4,"
    "16384,512,Database Team,Installed,Production\n"
    "00000000000000000000000000000002,TAPE-1,cmdb_ci_linux_server,SN-4711,192.0.2.99,tape-1.example.org,Linux Red Hat,"
    "8.4,1,2,8192,100,Backup Team,Installed,Production\n"
)
BROKEN_ROWS = (
    "Hostname,FQDN,Operating System,Memory (GB)\n"
    "app-1,app-1.example.org,Debian 12,8\n"
    ",,Debian 12,8\n"
    "app-2,app-2.example.org,Debian 12,lots\n"
)
WARNINGS_ONLY = (
    "Hostname,FQDN,Operating System,Memory (GB)\n"
    "app-1,app-1.example.org,Debian 12,8\n"
    "app-2,app-2.example.org,Debian 12,lots\n"
)
PRICES = "article,price\nscrews,3\nnails,4\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
