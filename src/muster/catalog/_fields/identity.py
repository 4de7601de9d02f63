"""What names a thing: its names, addresses, numbers and the id its source gave it."""

from __future__ import annotations

from muster.catalog.model import Field, FieldGroup, FieldType, MergePolicy

_G = FieldGroup.IDENTITY

ASSET_TYPES: dict[str, tuple[str, ...]] = {
    "server": (
        "physical server", "windows server", "linux server", "unix server", "aix server", "solaris server",
        "hpux server", "esx server", "physical", "bare metal", "host", "cmdb ci server", "cmdb ci win server",
        "cmdb ci linux server", "cmdb ci unix server", "cmdb ci aix server", "cmdb ci solaris server",
        "cmdb ci hpux server", "cmdb ci esx server", "cmdb ci mainframe", "mainframe", "blade",
        "blade server",
        "rack server", "serveur", "servidor", "physischer server", "serveur physique", "servidor fisico",
        "hardware server", "computer", "cmdb ci computer",
    ),
    "virtual_machine": (
        "vm", "virtual", "virtual server", "virtual machine instance", "vmware virtual machine", "guest",
        "instance",
        "cloud vm", "ec2", "ec2 instance", "azure vm", "gce instance", "hyper v vm",
        "vmware virtual machine instance",
        "cmdb ci vm instance", "cmdb ci vmware instance", "cmdb ci ec2 instance", "cmdb ci vm",
        "virtuelle maschine", "machine virtuelle", "maquina virtual", "virtueller server", "serveur virtuel",
        "servidor virtual",
    ),
    "application": (
        "app", "service", "business application", "business service", "application service",
        "web application",
        "microservice", "api", "pipeline", "software", "web service", "cmdb ci appl", "cmdb ci business app",
        "cmdb ci service", "cmdb ci service auto", "cmdb ci service discovered", "anwendung", "applikation",
        "aplicacion", "aplicacao", "logiciel",
    ),
    "database": (
        "db", "database instance", "database server", "dbms", "db instance", "sql instance", "data warehouse",
        "cmdb ci database", "cmdb ci db instance", "cmdb ci db mssql instance", "cmdb ci db ora instance",
        "cmdb ci db mysql instance", "cmdb ci db postgresql instance", "mssql instance", "oracle instance",
        "datenbank", "base de donnees", "base de datos", "banco de dados",
    ),
    "storage": (
        "storage device", "storage array", "storage server", "san", "nas", "nas file server", "file share",
        "disk array",
        "bucket", "object storage", "tape library", "cmdb ci storage device", "cmdb ci storage server",
        "cmdb ci msd", "speicher", "stockage", "almacenamiento", "armazenamento",
    ),
    "network_device": (
        "network", "switch", "router", "firewall", "access point", "network gear", "ip switch", "ip router",
        "ip firewall",
        "wireless access point", "vpn gateway", "netgear", "cmdb ci netgear", "cmdb ci ip switch",
        "cmdb ci ip router",
        "cmdb ci ip firewall", "network equipment", "networkequipment", "netzwerkgerat", "equipement reseau",
        "dispositivo de red", "dispositivo de rede",
    ),
    "load_balancer": (
        "lb", "adc", "load balancer service", "f5", "big ip", "netscaler", "citrix adc", "cmdb ci lb",
        "cmdb ci lb bigip",
        "lastverteiler", "repartiteur de charge", "balanceador de carga",
    ),
    "container": ("docker container", "pod", "kubernetes pod", "container instance",
                  "cmdb ci docker container"),
    "cloud_service": (
        "saas", "paas", "cloud", "third party service", "managed service", "cloud resource",
        "external service",
        "cloud dienst", "service cloud", "servicio en la nube", "servico em nuvem",
    ),
    "desktop": ("laptop", "workstation", "pc", "client", "notebook", "thin client", "personal computer",
                "cmdb ci pc hardware"),
    "printer": ("mfp", "multifunction printer", "cmdb ci printer", "drucker", "imprimante", "impresora",
                "impressora"),
    "other": ("misc", "miscellaneous", "unknown", "sonstige", "autre", "otro", "outro", "ups", "appliance",
              "cmdb ci"),
}  # fmt: skip

IDENTITY: tuple[Field, ...] = (
    Field(
        "asset_name", "Name", _G, FieldType.TEXT, "What people call the thing.", weight=0.1,
        spellings=(
            "name", "asset name", "server name", "machine name", "computer name", "device name", "ci name",
            "vm name", "vm", "virtual machine", "virtual machine name", "display name", "node name",
            "system name",
            "instance name", "resource name", "server", "machine", "computer", "node", "caption",
            "configuration item",
            "server hostname display", "guest name", "system", "element name",
            "rechnername", "servername", "geratename", "bezeichnung", "maschinenname", "systemname",
            "anlagenname",
            "nom", "nom du serveur", "nom serveur", "nom de la machine", "nom de l equipement",
            "nom de l actif",
            "nombre", "nombre del servidor", "nombre servidor", "nombre de la maquina", "nombre del equipo",
            "nombre del activo", "nome", "nome do servidor", "nome servidor", "nome da maquina",
            "nome do ativo",
        ),
    ),
    Field(
        "asset_type", "Kind", _G, FieldType.WORD, "What kind of thing it is.",
        vocabulary=ASSET_TYPES, weight=0.6,
        spellings=(
            "asset type", "type", "ci type", "class", "ci class", "asset class", "sys class name",
            "device type",
            "server type", "machine type", "resource type", "asset category", "component type", "node type",
            "kind",
            "asset typename", "instance kind", "anlagentyp", "geratetyp", "typ", "servertyp", "type d actif",
            "type d equipement", "type de serveur", "tipo", "tipo de activo", "tipo de servidor",
            "tipo de equipo",
            "tipo de ativo", "tipo de equipamento", "classe",
        ),
    ),
    Field(
        "hostname", "Host name",
        _G, FieldType.HOSTNAME, "The name the machine gives itself, without its domain.",
        weight=0.7, hint="a host name such as web01 or web01.example.com",
        spellings=(
            "hostname", "host name", "dns host name", "dns hostname", "netbios name", "short name",
            "server hostname",
            "computer hostname", "guest host name", "host", "rechner", "nom d hote",
            "nom hote",
            "nombre de host", "nombre host", "nombre de anfitrion", "nome do host", "nome de host",
        ),
    ),
    Field(
        "fqdn", "Fully qualified name", _G, FieldType.FQDN, "The full name in the DNS.", weight=0.8,
        hint="a full name with its domain, such as web01.example.com",
        spellings=(
            "fqdn", "fully qualified domain name", "fully qualified name", "dns name", "full dns name",
            "server fqdn", "full computer name", "dns entry", "vollqualifizierter name", "dns namen",
            "nom dns", "nom de domaine complet", "nombre dns", "nombre de dominio completo", "nome dns",
            "nome de dominio completo",
        ),
    ),
    Field(
        "ip_address", "IP address", _G, FieldType.IP, "Addresses on the network.", is_list=True,
        merge=MergePolicy.UNION, weight=0.8, hint="an IPv4 or IPv6 address such as 10.0.0.5",
        spellings=(
            "ip", "ip address", "ip addresses", "ips", "ipv4", "ipv4 address", "ipv6", "ipv6 address",
            "private ip", "private ip address", "primary ip", "primary ip address", "host ip", "server ip",
            "management ip", "internal ip", "public ip", "public ip address", "ip adresse", "ip adressen",
            "adresse ip", "adresses ip", "direccion ip", "direcciones ip", "endereco ip", "enderecos ip",
            "ip address list", "guest ip address",
        ),
    ),
    Field(
        "mac_address", "MAC address", _G, FieldType.MAC, "Hardware addresses of the network cards.",
        is_list=True,
        merge=MergePolicy.UNION, weight=0.9, hint="a MAC address such as 00:50:56:aa:00:01",
        spellings=(
            "mac", "mac address", "mac addresses", "primary mac address", "ethernet address",
            "hardware address",
            "physical address", "mac adresse", "mac adressen", "adresse mac", "adresses mac", "direccion mac",
            "endereco mac",
        ),
    ),
    Field(
        "serial_number", "Serial number", _G, FieldType.TEXT, "The maker's serial number.", weight=0.7,
        spellings=(
            "serial number", "serial", "serial no", "serialnumber", "service tag", "bios serial number",
            "chassis serial number", "seriennummer", "serien nr", "numero de serie", "num serie",
            "n de serie",
            "no de serie",
        ),
    ),
    Field(
        "asset_tag", "Asset tag", _G, FieldType.TEXT, "The owner's inventory number.", weight=0.6,
        spellings=(
            "asset tag", "inventory number", "inventory tag", "asset number", "asset no", "inventarnummer",
            "inventar nr", "anlagennummer", "numero d inventaire", "etiquette d actif",
            "numero de inventario",
            "etiqueta de activo", "etiqueta do ativo", "patrimonio",
        ),
    ),
    Field(
        "instance_uuid", "Instance UUID",
        _G, FieldType.UUID, "The UUID of the machine (SMBIOS or hypervisor).",
        weight=0.9, hint="a UUID such as 564d4cbc-c6a9-1969-8b6f-0242ac120002",
        spellings=(
            "uuid", "instance uuid", "vm uuid", "bios uuid", "smbios uuid", "smbios id", "system uuid",
            "machine uuid",
            "hardware uuid", "server uuid", "biosguid", "vmware uuid",
        ),
    ),
    Field(
        "source_id", "Id in the source", _G, FieldType.TEXT, "What the source itself calls the record.",
        weight=0.15,
        spellings=(
            "asset id", "source id", "sys id", "ci id", "server id", "machine id", "device id", "node id",
            "vm id",
            "instance id", "resource id", "object id", "external id", "record id", "id", "unique id",
            "system id",
            "computer id", "moref", "mo ref id", "agent id", "anlagen id", "gerate id", "identifiant",
            "identificador",
            "id del activo", "id do ativo", "id de l actif",
        ),
    ),
)  # fmt: skip
