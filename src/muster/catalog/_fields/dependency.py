"""Who talks to whom. None of these is a column of `assets`; they describe an edge between two."""

from __future__ import annotations

from muster.catalog._fields.ownership import CRITICALITIES
from muster.catalog.model import Field, FieldGroup, FieldType, MergePolicy

_G = FieldGroup.DEPENDENCY


def _end(name: str, title: str, kind: FieldType, description: str, *spellings: str) -> Field:
    return Field(name, title, _G, kind, description, spellings=spellings, on_asset=False, weight=0.9)


DEPENDENCY: tuple[Field, ...] = (
    _end("source_app", "Source application", FieldType.TEXT, "The application that depends.",
         "source app", "source application", "source component", "from application", "from app", "consumer",
         "quellanwendung", "application source", "aplicacion origen", "aplicacao origem", "caller",
         "source service"),
    _end("target_app", "Target application", FieldType.TEXT, "The application it depends on.",
         "target app", "target application", "destination application", "dependency target",
         "target component",
         "depends on", "dependency", "dependencies", "to application", "provider", "zielanwendung",
         "application cible",
         "aplicacion destino", "aplicacao destino", "destination app", "target service"),
    _end("source_server", "Source server", FieldType.HOSTNAME, "The machine that opens the connection.",
         "source server", "source server name", "source host", "source hostname", "source vm",
         "source machine", "client host",
         "quellserver", "serveur source", "servidor origen", "servidor origem"),
    _end("target_server", "Target server", FieldType.HOSTNAME, "The machine that answers.",
         "target server", "destination server", "destination server name", "target hostname",
         "destination host",
         "destination vm", "target host", "destination hostname", "zielserver", "serveur cible",
         "servidor destino", "target machine"),
    _end("source_ip", "Source address", FieldType.IP, "The address that opens the connection.",
         "source ip", "source ip address", "src ip", "srcaddr", "source address", "client ip", "quell ip",
         "ip source", "ip origen", "ip origem"),
    _end("target_ip", "Target address", FieldType.IP, "The address that answers.",
         "target ip", "destination ip", "destination ip address", "target ip address", "dst ip", "dstaddr",
         "destination address", "ziel ip", "ip cible", "ip destino", "dest ip"),
    _end("source_process", "Source process", FieldType.TEXT, "The process that opens the connection.",
         "source process", "source process name", "client process", "quellprozess", "processus source",
         "proceso origen"),
    _end("target_process", "Target process", FieldType.TEXT, "The process that answers.",
         "target process", "destination process", "destination process name", "server process",
         "zielprozess", "processus cible",
         "proceso destino"),
    Field("dependency_type", "Kind of dependency", _G, FieldType.WORD, "What the one needs the other for.",
          on_asset=False, weight=0.9,
          vocabulary={
              "database": ("db", "sql", "data"),
              "application": ("app", "service", "component"),
              "storage": ("file system", "nfs", "smb", "san"),
              "network": ("tcp", "udp", "connection"),
              "api": ("rest", "http", "https", "soap", "grpc", "web service"),
              "messaging": ("queue", "message queue", "mq", "event", "kafka", "amqp", "jms"),
              "authentication": ("auth", "ldap", "sso", "identity", "kerberos"),
              "hosting": ("hosts", "hosted on", "runs on", "runs"),
              "file_transfer": ("ftp", "sftp", "file", "batch"),
              "other": ("unknown", "misc"),
          },
          spellings=("dependency type", "relationship type", "relation type", "connection type",
                     "dependency kind",
                     "abhangigkeitstyp", "type de dependance", "tipo de dependencia",
                     "dependency target type")),
    Field("port", "Port", _G, FieldType.INTEGER, "The port on which the target listens.",
          minimum=1, maximum=65_535,
          on_asset=False, weight=0.7,
          spellings=("port", "destination port", "target port", "dst port", "dstport", "server port",
                     "port number",
                     "zielport", "port cible", "port de destination", "puerto", "puerto destino", "porta")),
    Field("protocol", "Protocol", _G, FieldType.TEXT, "Transport or application protocol.",
          on_asset=False, weight=0.7,
          spellings=("protocol", "protocol name", "transport protocol", "proto", "ip protocol", "protokoll",
                     "protocole", "protocolo")),
    Field("criticality", "Criticality of the dependency",
          _G, FieldType.WORD, "How badly the one needs the other.",
          vocabulary=CRITICALITIES, merge=MergePolicy.MOST_RESTRICTIVE, on_asset=False, weight=0.4,
          spellings=("dependency criticality", "criticality of dependency", "link criticality")),
    Field("connection_count", "Connections", _G, FieldType.INTEGER, "How often a connection was seen.",
          unit="count",
          minimum=0, on_asset=False, weight=0.8,
          spellings=("connection count", "conn count", "connections", "number of connections", "sessions",
                     "verbindungen", "nombre de connexions", "conexiones", "conexoes")),
    Field("bytes_total", "Bytes", _G, FieldType.INTEGER, "Bytes transferred in both directions.",
          unit="bytes",
          minimum=0, on_asset=False, weight=0.7,
          spellings=("bytes total", "total bytes", "bytes", "bytes transferred", "traffic bytes")),
)  # fmt: skip
