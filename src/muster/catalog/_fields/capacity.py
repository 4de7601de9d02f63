"""How much there is of it. Gigabytes are binary: 1 GB = 1024 MB = 2**30 bytes."""

from __future__ import annotations

from muster.catalog.model import Field, FieldGroup, FieldType

_G = FieldGroup.CAPACITY
_MEMORY_MAX_GB = 65_536.0  # 64 TB, twice the largest machine sold
_STORAGE_MAX_GB = 67_108_864.0  # 64 PB, beyond any single system that a list of servers holds

CAPACITY: tuple[Field, ...] = (
    Field(
        "cpu_sockets", "CPU sockets", _G, FieldType.INTEGER, "Processor packages.", unit="count",
        minimum=0, maximum=1024, weight=0.8,
        spellings=("cpu sockets", "sockets", "socket count", "number of sockets", "physical cpus",
                   "physical processors", "number of processors", "processor count", "cpu count",
                   "number of cpu",
                   "processors", "anzahl prozessoren", "anzahl sockel", "nombre de processeurs",
                   "numero de procesadores", "numero de processadores"),
    ),
    Field(
        "cpu_cores", "CPU cores",
        _G, FieldType.INTEGER, "Cores in all, or virtual CPUs of a virtual machine.",
        unit="count", minimum=0, maximum=16384, weight=0.9,
        spellings=("cpu cores", "cores", "core count", "number of cores", "total cores", "cpus", "vcpu",
                   "vcpus",
                   "virtual cpus", "number of vcpus", "cpu", "allocated processor core count",
                   "processor cores",
                   "vcores", "logical cpus", "total number cores", "anzahl kerne", "kerne", "cpu kerne",
                   "nombre de coeurs", "coeurs", "numero de nucleos", "nucleos", "nucleos de cpu"),
    ),
    Field(
        "cpu_model", "CPU model", _G, FieldType.TEXT, "The processor's model.", weight=0.8,
        spellings=("cpu model", "cpu name", "processor model", "processor name", "cpu type", "processor type",
                   "processor", "prozessor", "prozessortyp", "modele de processeur", "processeur",
                   "procesador",
                   "modelo de cpu", "processador"),
    ),
    Field(
        "cpu_speed_mhz", "CPU speed", _G, FieldType.NUMBER, "Clock of one core.", unit="MHz",
        minimum=0, maximum=100_000, weight=0.8,
        spellings=("cpu speed", "cpu speed mhz", "cpu clock", "processor speed", "cpu frequency",
                   "clock speed",
                   "cpu mhz", "cpu ghz", "taktfrequenz", "frequence cpu", "velocidad de cpu",
                   "velocidade da cpu"),
    ),
    Field(
        "memory_gb", "Memory", _G, FieldType.NUMBER, "Main memory.", unit="GB",
        minimum=0, maximum=_MEMORY_MAX_GB,
        weight=0.9,
        spellings=("memory", "ram", "memory size", "total memory", "physical memory", "memory total",
                   "ram size",
                   "total ram", "memory allocated", "allocated memory", "configured memory",
                   "memory capacity",
                   "installed memory", "main memory", "ram total size", "arbeitsspeicher", "hauptspeicher",
                   "speicher ram",
                   "memoire", "memoire vive", "memoire ram", "memoria", "memoria ram", "memoria total"),
    ),
    Field(
        "storage_gb", "Storage", _G, FieldType.NUMBER, "Disk space allocated to the machine.", unit="GB",
        minimum=0, maximum=_STORAGE_MAX_GB, weight=0.8,
        spellings=("storage", "disk", "disk space", "disk size", "total storage", "total disk size",
                   "storage size",
                   "total disk capacity", "disk capacity", "storage capacity", "total disk space",
                   "hdd size", "hdd",
                   "storage allocated", "total disk allocated", "provisioned storage", "provisioned",
                   "disk total",
                   "storage total", "storage total disk size", "festplatte", "festplattengrosse",
                   "speicherplatz",
                   "plattenplatz", "stockage", "espace disque", "taille disque", "disque", "almacenamiento",
                   "espacio en disco", "disco", "armazenamento", "espaco em disco"),
    ),
    Field(
        "storage_used_gb", "Storage in use", _G, FieldType.NUMBER, "Disk space in use.", unit="GB",
        minimum=0, maximum=_STORAGE_MAX_GB, weight=0.8,
        spellings=("storage used", "used storage", "disk used", "used disk space", "storage in use", "in use",
                   "disk space used", "total storage in use", "total disk used", "used space",
                   "consumed storage",
                   "belegter speicherplatz", "belegter speicher", "stockage utilise", "espace disque utilise",
                   "almacenamiento usado", "espacio usado", "armazenamento usado", "espaco usado"),
    ),
    Field(
        "storage_free_gb", "Free storage", _G, FieldType.NUMBER, "Disk space not in use.", unit="GB",
        minimum=0, maximum=_STORAGE_MAX_GB, weight=0.8,
        spellings=("storage free", "free storage", "free disk space", "disk free", "available storage",
                   "free space",
                   "available disk space", "total disk free size", "disk available", "freier speicherplatz",
                   "freier speicher", "espace disque libre", "espace libre", "espacio libre", "espaco livre"),
    ),
    Field(
        "disk_count", "Disks", _G, FieldType.INTEGER, "Disks of the machine.", unit="count",
        minimum=0, maximum=100_000,
        weight=0.8,
        spellings=("disk count", "disks", "number of disks", "total disks", "num disks", "anzahl festplatten",
                   "nombre de disques", "numero de discos", "disk quantity"),
    ),
    Field(
        "nic_count", "Network cards", _G, FieldType.INTEGER, "Network interfaces of the machine.",
        unit="count",
        minimum=0, maximum=100_000, weight=0.8,
        spellings=("nic count", "nics", "number of nics", "network adapters", "number of network adapters",
                   "total network adapters", "network interfaces", "num nics", "anzahl netzwerkkarten",
                   "cartes reseau", "nombre de cartes reseau", "tarjetas de red", "placas de rede"),
    ),
)  # fmt: skip
