"""What a thing is made of and what runs it."""

from __future__ import annotations

from muster.catalog.model import Field, FieldGroup, FieldType, MergePolicy

_G = FieldGroup.PLATFORM

PLATFORM: tuple[Field, ...] = (
    Field(
        "manufacturer", "Manufacturer", _G, FieldType.TEXT, "Who made the hardware or sells the product.",
        weight=0.4,
        spellings=(
            "manufacturer", "vendor", "vendor name", "make", "maker", "hardware vendor",
            "manufacturer name", "brand",
            "oem", "hersteller", "fabricant", "constructeur", "fabricante", "marca", "fournisseur",
        ),
    ),
    Field(
        "model", "Model", _G, FieldType.TEXT, "The maker's model.", weight=0.4,
        spellings=(
            "model", "model id", "model name", "hardware model", "server model", "product model",
            "model number",
            "hardware", "modell", "modellbezeichnung", "modele", "modelo", "modelo de hardware",
        ),
    ),
    Field(
        "virtualization_platform", "Virtualisation platform", _G, FieldType.TEXT,
        "What virtualises the machine: VMware, Hyper-V, KVM, a cloud.", weight=0.8,
        spellings=(
            "virtualization platform", "virtualization", "virtualisation", "hypervisor", "hypervisor type",
            "virtualization type", "virtualization technology", "virtual platform", "platform type",
            "vi sdk server type",
            "virtualisierung", "virtualisierungsplattform", "hyperviseur", "plateforme de virtualisation",
            "hipervisor", "plataforma de virtualizacion", "plataforma de virtualizacao",
        ),
    ),
    Field(
        "hypervisor_host", "Runs on host",
        _G, FieldType.TEXT, "The physical host that carries the virtual machine.",
        weight=0.7,
        spellings=(
            "hypervisor host", "esx host", "esxi host", "vm host", "physical host", "parent host",
            "host server",
            "virtualization host", "hosted on", "host machine", "hyper v host", "virtualisierungshost",
            "hote physique", "hote esx", "host fisico", "host esxi", "anfitrion",
        ),
    ),
    Field(
        "cluster", "Cluster", _G, FieldType.TEXT, "The cluster the machine or its host belongs to.",
        weight=0.4,
        spellings=("cluster", "cluster name", "esx cluster", "vm cluster", "vmware cluster", "host cluster",
                   "clustername", "nom du cluster", "nombre del cluster", "nome do cluster"),
    ),
    Field(
        "operating_system", "Operating system",
        _G, FieldType.TEXT, "The operating system as the source names it.",
        weight=0.9,
        spellings=(
            "operating system", "operating system name", "os family", "os type", "guest os", "os full name",
            "operatingsystem", "server operating system", "platform os", "os according to the vmware tools",
            "os according to the configuration file", "betriebssystem", "systeme d exploitation",
            "systeme exploitation",
            "sistema operativo", "sistema operacional", "so",
        ),
    ),
    Field(
        "os_version", "OS version", _G, FieldType.TEXT, "The operating system's version or build.",
        weight=0.8,
        spellings=(
            "os version", "operating system version", "os release", "os build", "os level",
            "kernel version", "osver",
            "betriebssystemversion", "betriebssystem version", "version du systeme d exploitation",
            "version os",
            "version del sistema operativo", "versao do sistema operacional",
        ),
    ),
    Field(
        "os_architecture", "Architecture",
        _G, FieldType.WORD, "The processor architecture the system is built for.",
        weight=0.8, open_vocabulary=True,
        vocabulary={
            "x86_64": ("x64", "amd64", "64 bit", "64", "64bit", "x86 64", "intel64", "em64t"),
            "x86": ("i386", "i686", "32 bit", "32", "32bit", "x32"),
            "arm64": ("aarch64", "arm 64", "armv8"),
            "ppc64": ("power", "powerpc", "ppc", "ppc64le"),
            "sparc": ("sparc64", "sparcv9"),
            "s390x": ("z", "zarch"),
            "ia64": ("itanium",),
        },
        spellings=(
            "os architecture", "operating system architecture", "architecture", "os arch",
            "cpu architecture", "os bitness",
            "os address width", "bitness", "platform architecture", "architektur", "systemarchitektur",
            "arquitectura", "arquitetura",
        ),
    ),
    Field(
        "power_state", "Power state", _G, FieldType.WORD, "Whether the machine is running.", weight=0.7,
        vocabulary={
            "on": ("powered on", "poweredon", "power on", "running", "up", "started", "active", "online",
                   "vm running",
                   "ein", "eingeschaltet", "allume", "encendido", "ligado", "true", "1"),
            "off": ("powered off", "poweredoff", "power off", "stopped", "down", "halted", "shut off",
                    "shut down",
                    "offline", "deallocated", "vm deallocated", "vm stopped", "terminated", "inactive", "aus",
                    "ausgeschaltet", "eteint", "apagado", "desligado", "false", "0"),
            "suspended": ("paused", "saved", "standby", "hibernated", "sleeping", "angehalten", "suspendu",
                          "suspendido", "suspenso"),
            "unknown": ("not known", "n a", "unbekannt", "inconnu", "desconocido", "desconhecido"),
        },
        spellings=(
            "power state", "powerstate", "power status", "power stats", "vm state", "vm status",
            "running state",
            "machine status", "instance state", "betriebszustand", "einschaltzustand", "etat d alimentation",
            "estado de energia", "estado de alimentacion",
        ),
    ),
    Field(
        "firmware_type", "Firmware", _G, FieldType.WORD, "How the machine boots.",
        weight=0.8, open_vocabulary=True,
        vocabulary={"bios": ("legacy", "legacy bios", "gen1"), "uefi": ("efi", "uefi secure", "gen2")},
        spellings=("firmware type", "firmware", "boot type", "boot mode", "boot firmware", "bios type",
                   "startmodus", "type de demarrage", "tipo de arranque", "tipo de inicializacao"),
    ),
    Field(
        "database_type", "Database product", _G, FieldType.TEXT, "The database management system.",
        weight=0.6,
        spellings=("database type", "database engine", "dbms", "db engine", "rdbms", "database product",
                   "database platform", "datenbanktyp", "datenbanksystem", "type de base de donnees", "sgbd",
                   "tipo de base de datos", "tipo de banco de dados"),
    ),
    Field(
        "database_version", "Database version", _G, FieldType.TEXT, "The version of the database product.",
        weight=0.6,
        spellings=("database version", "dbms version", "db engine version", "sql version", "datenbankversion",
                   "version de base de donnees", "version de base de datos", "versao do banco de dados"),
    ),
    Field(
        "technology_stack", "Technology", _G, FieldType.TEXT, "Languages, runtimes and products in use.",
        is_list=True,
        merge=MergePolicy.UNION, weight=0.5,
        spellings=("technology stack", "tech stack", "technologies", "technology", "stack",
                   "programming language",
                   "runtime", "framework", "software stack", "technologie", "technologien", "tecnologia",
                   "tecnologias",
                   "pile technologique", "pila tecnologica"),
    ),
)  # fmt: skip
