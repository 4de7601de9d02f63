"""What people call the products whose support dates are known, and how they number them.

Patterns are for text in the form that pipeline/lifecycle/words.py gives it: lower case, single spaces, no marks of
trade, no word length. The order counts: the first product whose pattern is found is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProductKind(StrEnum):
    """What a product is, and so in which fields it may stand."""

    SYSTEM = "operating_system"
    DATABASE = "database"
    RUNTIME = "runtime"
    SERVER = "server_software"


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `lines` are its products in end_of_life.csv (default: its id).

    `named` matches its name in a text about anything; `alone` (optional) in a field that holds products of its kind
    only (`oracle` as a database). `rewrites` turn its ways of numbering into that of the facts, in order.
    `not_versions` matches numbers beside its name that are none of its versions: a kernel's.
    `parts` splits a release's id from the general to the special.
    """

    id: str
    title: str
    kind: ProductKind
    named: str
    lines: tuple[str, ...] = ()
    alone: str = ""
    rewrites: tuple[tuple[str, str], ...] = ()
    not_versions: str = ""
    parts: str = r"\.|-(?=sp)"

    @property
    def reference(self) -> tuple[str, ...]:
        """Its ids in end_of_life.csv."""
        return self.lines or (self.id,)


_S, _D, _R, _A = ProductKind.SYSTEM, ProductKind.DATABASE, ProductKind.RUNTIME, ProductKind.SERVER

_KERNEL = r"(?:2\.[246]|[3-6]\.\d+)\.\d+\S*"
_RED_HAT_KERNEL = rf"{_KERNEL}|\b(?:2\.6|3\.10|4\.1[0-9]|5\.1[2-9])\b"
"""Kernels as `uname` gives them; those of Red Hat's family also where only two parts are written."""
_BY_KERNEL = (r".*\bel(\d{1,2})(?:_\d+)?\b.*", r"\1")
"""A kernel of Red Hat's family names the release that it was built for: `3.10.0-1160.el7.x86_64`."""
_ONE_DOT = (r"(?<![\d.])1\.([5-8])\b(?:\.\d+)?(?:_\d+)?", r"\1")
"""Java called its fifth to eighth release 1.5 to 1.8."""
_EDITIONS = r"(?: standard| enterprise| datacenter| web| edition|,)*"

_WINDOWS_YEARS = "2000|2003|2008|2012|2016|2019|2022|2025"
_SERVER_BUILDS = {
    "3790": "2003", "6001": "2008", "6002": "2008", "6003": "2008", "7600": "2008-r2", "7601": "2008-r2",
    "9200": "2012", "9600": "2012-r2", "14393": "2016", "17763": "2019", "20348": "2022", "26100": "2025",
}  # fmt: skip
_UBUNTU = {
    "trusty": "14.04", "xenial": "16.04", "bionic": "18.04", "focal": "20.04", "jammy": "22.04", "noble": "24.04",
}  # fmt: skip
_DEBIAN = {
    "squeeze": "6", "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12",
    "trixie": "13",
}  # fmt: skip
_SQL_YEARS = {
    "2000": "8.0", "2005": "9.0", "2008": "10.0", "2012": "11.0", "2014": "12.0", "2016": "13.0", "2017": "14.0",
    "2019": "15.0", "2022": "16.0", "2025": "17.0",
}  # fmt: skip


def _words(names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Names for numbers count only where no number stands."""
    return tuple((rf"^\D*\b{word}\b\D*$", number) for word, number in names.items())


PRODUCTS: tuple[Product, ...] = (
    Product(
        "windows-server", "Microsoft Windows Server", _S,
        r"\bwin(?:dows)?(?: nt)? ?(?:server|srv)\b(?! nano)|\bwin(?:dows)? ?2000 (?:advanced |datacenter )?server\b"
        r"|\bwin(?:dows)? ?20(?:03|08|12|16|19|22|25)"
        r"|\bw(?:in(?:dows)?)? ?(?:server ?)?2k(?:3|8|12|16|19|22|25)(?!\d)|\bws ?20(?:08|12|16|19|22|25)",
        rewrites=(
            (r"\b(?:w(?:in(?:dows)?)? ?)?(?:server ?)?2k(\d)(?!\d)", r" 200\1 "),
            (r"\b(?:w(?:in(?:dows)?)? ?)?(?:server ?)?2k(\d\d)", r" 20\1 "),
            (r"\b(?:win(?:dows)?|ws|server|srv) ?(20\d\d)", r" \1"),
            (r"\bthreshold\b", "2016"),
            (rf"({_WINDOWS_YEARS})[ ,]*(?:server )?(?:release |r) ?2\b", r"\1-r2"),
            (r"\b2003-r2", "2003"),  # an addition to 2003 SP1 and SP2, supported as long as these
            (rf"\b({_WINDOWS_YEARS})((?:-r2)?){_EDITIONS}[ ,]*(?:sp|service pack) ?(\d)", r"\1\2.sp\3"),
            (r"^\D*\b(?:version )(1709|1803|1809|1903|1909|2004|20h2)\b.*", r"\1-sac"),
            (r"^\D*\b(?:version )23h2\b.*", "23h2-ac"),
            *((rf"^(?:.*\.)?{build}\b.*", release) for build, release in _SERVER_BUILDS.items()),
        ),
    ),
    Product("windows", "Microsoft Windows", _S,
            r"\bwindows\b(?! (?:server|storage|embedded|small|multipoint|ce\b|nt\b|core|nano))"
            r"|\bwin ?(?:xp|vista|7|8(?:\.1)?|10|11)\b",
            parts="-"),
    Product("fedora", "Fedora Linux", _S, r"\bfedora\b", not_versions=_KERNEL),
    Product("centos-stream", "CentOS Stream", _S, r"\bcentos(?: linux)? stream\b",
            rewrites=(_BY_KERNEL,), not_versions=_RED_HAT_KERNEL),
    Product("centos", "CentOS", _S, r"\bcent ?os\b", ("centos", "centos-stream"),
            rewrites=(_BY_KERNEL,), not_versions=_RED_HAT_KERNEL),
    Product("oracle-linux", "Oracle Linux", _S,
            r"\boracle(?: enterprise)? linux\b|\boel ?(?=\d|$)|\boracle linux server\b",
            rewrites=(_BY_KERNEL,), not_versions=_RED_HAT_KERNEL),
    Product("almalinux", "AlmaLinux OS", _S, r"\balma ?linux(?: os)?\b",
            rewrites=(_BY_KERNEL,), not_versions=_RED_HAT_KERNEL),
    Product("rocky-linux", "Rocky Linux", _S, r"\brocky(?: ?linux)?\b",
            rewrites=(_BY_KERNEL,), not_versions=_RED_HAT_KERNEL),
    Product("rhel", "Red Hat Enterprise Linux", _S,
            r"\bred ?hat enterprise(?: linux)?(?: server| workstation| as| es)?\b(?! virtual)|\brhel(?=\b|\d)"
            r"|\bred ?hat(?: linux)?(?: release| version)? ?(?=[4-9]\b|10\b|$)|\blinux red ?hat\b",
            rewrites=(_BY_KERNEL,), not_versions=_RED_HAT_KERNEL),
    Product("amazon-linux", "Amazon Linux", _S, r"\bamazon linux(?: ami)?\b|\bamzn(?= ?2)|\bal(?=2023\b)",
            not_versions=_KERNEL),
    Product("ubuntu", "Ubuntu", _S, r"\bubuntu(?: linux| server)?(?=\b|\d)",
            rewrites=_words(_UBUNTU), not_versions=rf"{_KERNEL}|\b[3-6]\.(?:\d|1\d)\b"),
    Product("debian", "Debian", _S, r"\bdebian(?: linux)?(?=\b|\d)",
            rewrites=_words(_DEBIAN), not_versions=rf"{_KERNEL}|\b[3-6]\.[1-9]\d*\b"),
    Product("opensuse", "openSUSE", _S, r"\bopen ?suse(?: leap)?\b", not_versions=_KERNEL),
    Product("sles", "SUSE Linux Enterprise Server", _S,
            r"\bsuse linux enterprise(?: server)?\b(?!.*\b(?:sap|micro|desktop|real time)\b)"
            r"|\bsles ?(?=\d|\b)(?!.*\bsap\b)|\bsuse linux(?: server)?\b|\bsuse ?(?=1[0-6])",
            rewrites=((r"(?<!\d)(\d\d)(?:\.0)?[ ,-]*(?:sp|service pack) ?(\d)", r" \1.\2"),),
            not_versions=_KERNEL),
    Product("alpine-linux", "Alpine Linux", _S, r"\balpine(?: linux)?\b"),
    Product("photon", "VMware Photon", _S, r"\bphoton(?: os)?\b", not_versions=_KERNEL),
    Product("esxi", "VMware ESXi", _S, r"\besxi?\b(?: server)?",
            rewrites=((r"[ ,-]*build[ -]*\d+", ""), (r"\b([4-9]\.\d)[ .]*u(?:pdate )?\d+\w?", r"\1"))),
    Product("proxmox-ve", "Proxmox VE", _S, r"\bproxmox(?: virtual environment| ve)?\b|\bpve(?=[ -]?\d|$)",
            not_versions=_KERNEL),
    Product("xcp-ng", "XCP-ng", _S, r"\bxcp-ng\b"),
    Product("ibm-aix", "IBM AIX", _S, r"\baix(?: unix)?\b",
            rewrites=((r"\b([67])([123])00-0?(\d)\S*", r"\1.\2.\3"),
                      (r"\b([67]\.[123])(?:\.0\.0|\.0)?[ ,-]*tl ?0?(\d)\S*", r"\1.\2"),
                      (r"\b([67]\.[123])\.0\.0\b", r"\1"))),
    Product("ibm-i", "IBM i", _S, r"\bibm i\b|\bi5/?os\b|\bos/?400\b|\biseries\b",
            rewrites=((r"\bv(\d)r(\d)(?:m\d)?\b", r"\1.\2"),)),
    Product("oracle-solaris", "Oracle Solaris", _S, r"\b(?:oracle |sun(?: microsystems)? )?solaris\b|\bsunos\b",
            rewrites=((r"\b5\.(8|9|10|11)\b", r"\1"),)),
    Product("freebsd", "FreeBSD", _S, r"\bfreebsd\b", rewrites=((r"-(?:release|stable|p)\S*", ""),)),
    Product("macos", "Apple macOS", _S, r"\bmac ?os(?: x)?\b|\bos x\b"),
    Product("cisco-ios-xe", "Cisco IOS XE", _S, r"\bios[ -]xe\b", rewrites=((r"\b(1[67])\.0(\d)\b", r"\1.\2"),)),
    Product("big-ip", "BIG-IP", _S, r"\bbig-?ip\b"),
    Product("fortios", "FortiOS", _S, r"\bfortios\b"),
    Product("panos", "PAN-OS", _S, r"\bpan-?os\b"),
    Product("netapp-ontap", "NetApp ONTAP", _S, r"\bontap\b"),
    Product("nutanix-aos", "Nutanix AOS", _S, r"\bnutanix aos\b|\baos(?= \d)"),
    Product(
        "mssqlserver", "Microsoft SQL Server", _D,
        r"\b(?:microsoft |ms )sql(?: server)?\b|\bsql ?server\b|\bmssql(?:server)?(?=\b|\d)|\bsql ?(?=20[012]\d)",
        alone=r"\bsql ?server\b|\bmssql|\bms sql\b",
        rewrites=(
            (r"\b(\d{1,2}\.\d{1,2})\.\d{3,4}(?:\.\d+)?\b", r"\1"),
            (r"\b2008[ -]*r2", "10.50"),
            *((rf"\b{year}\b", number) for year, number in _SQL_YEARS.items()),
            (r"\b(\d+\.\d+)[^\d.]*\b(?:sp|service pack) ?(\d)", r"\1.sp\2"),
        ),
    ),
    Product("postgresql", "PostgreSQL", _D, r"(?<!aurora )(?<!aurora-)\b(?:postgre ?sql|postgres|pgsql)(?=\b|\d)"),
    Product("mariadb", "MariaDB", _D, r"\bmaria ?db\b", rewrites=((r"-mariadb\S*", ""),)),
    Product("mysql", "MySQL", _D, r"(?<!aurora )(?<!aurora-)\bmysql(?=\b|\d)"),
    Product("mongodb", "MongoDB", _D, r"\bmongo ?(?:db)?(?=\b|\d)"),
    Product("redis", "Redis", _D, r"\bredis\b"),
    Product("valkey", "Valkey", _D, r"\bvalkey\b"),
    Product("ibm-db2", "IBM Db2", _D, r"\bdb2(?: luw| udb)?\b(?!.*\b(?:z/?os|as/?400|for i)\b)"),
    Product("elasticsearch", "Elasticsearch", _D, r"\belastic ?search\b"),
    Product("opensearch", "OpenSearch", _D, r"\bopensearch\b"),
    Product("apache-cassandra", "Apache Cassandra", _D, r"\bcassandra\b"),
    Product("couchbase-server", "Couchbase Server", _D, r"\bcouchbase(?: server)?\b"),
    Product("memcached", "Memcached", _D, r"\bmemcached\b"),
    Product("redhat-build-of-openjdk", "Red Hat build of OpenJDK", _R, r"\bred ?hat (?:build of )?(?:openjdk|jdk)\b",
            rewrites=(_ONE_DOT,)),
    Product("oracle-jdk", "Oracle JDK", _R, r"\boracle (?:jdk|jre|java)(?: se)?\b|\bsun (?:jdk|jre|java)\b",
            rewrites=(_ONE_DOT,)),
    Product("amazon-corretto", "Amazon Corretto", _R, r"\bcorretto\b"),
    Product("azul-zulu", "Azul Zulu", _R, r"\bzulu\b", rewrites=(_ONE_DOT,)),
    Product("microsoft-build-of-openjdk", "Microsoft Build of OpenJDK", _R, r"\bmicrosoft (?:build of )?openjdk\b"),
    Product("eclipse-temurin", "Eclipse Temurin", _R, r"\btemurin\b|\badopt(?:open)?(?:jdk|ium)\b",
            rewrites=(_ONE_DOT,)),
    # Java without its maker: each supports it for another time, and only what all agree on is certain.
    Product("java", "Java", _R, r"\bjava(?: se| ee)?(?=\b|\d)|\b(?:open)?jdk(?=\b|\d)|\bjre(?=\b|\d)",
            ("oracle-jdk", "eclipse-temurin", "amazon-corretto", "azul-zulu", "redhat-build-of-openjdk"),
            rewrites=(_ONE_DOT, (r"\b(\d+)u\d+\b", r"\1"))),
    Product("python", "Python", _R, r"\bpython(?=\b|\d)"),
    Product("php", "PHP", _R, r"\bphp(?=\b|\d)(?:-fpm)?"),
    Product("ruby", "Ruby", _R, r"\bruby\b(?! on rails)"),
    Product("perl", "Perl", _R, r"\bperl\b"),
    Product("go", "Go", _R, r"\bgolang\b|^go(?= ?\d|$)"),
    Product("tomcat", "Apache Tomcat", _A, r"\btomcat(?=\b|\d)"),
    Product("apache-http-server", "Apache HTTP Server", _A,
            r"\bapache http(?:d| server)?\b|\bhttpd\b|^apache(?=[ /]?\d|$)|\bapache web ?server\b|\bapache2?(?=/)"),
    Product("nginx", "nginx", _A, r"\bnginx\b(?! plus)"),
    Product("redhat-jboss-eap", "Red Hat JBoss Enterprise Application Platform", _A,
            r"\bjboss (?:eap|enterprise application platform)\b"),
    Product("eclipse-jetty", "Eclipse Jetty", _A, r"\bjetty\b"),
    Product("haproxy", "HAProxy", _A, r"\bhaproxy\b"),
    Product("apache-activemq", "Apache ActiveMQ", _A, r"\bactivemq\b(?! artemis)"),
    Product("apache-kafka", "Apache Kafka", _A, r"\bkafka\b"),
    Product("rabbitmq", "RabbitMQ", _A, r"\brabbit ?mq\b"),
    Product("ibm-mq", "IBM MQ", _A, r"\b(?:ibm |websphere )mq\b|\bmq ?series\b"),
    Product("solr", "Apache Solr", _A, r"\bsolr\b"),
    Product("coldfusion", "Adobe ColdFusion", _A, r"\bcold ?fusion\b"),
    Product("msexchange", "Microsoft Exchange", _A, r"\b(?:microsoft |ms )exchange(?: server)?\b|\bexchange server\b"),
    Product("sharepoint", "Microsoft SharePoint", _A, r"\bsharepoint(?: server)?\b(?! online)"),
    Product("red-hat-openshift", "Red Hat OpenShift", _A, r"\bopenshift\b"),
    Product("kubernetes", "Kubernetes", _A, r"\bkubernetes\b|\bk8s\b"),
    Product(
        "oracle-database", "Oracle Database", _D,
        r"\boracle (?:database|db|rdbms)\b|\boracle ?(?=\d+(?:\.\d+)*(?:[cgi]|ai)?\b)",
        alone=r"\boracle\b",
        rewrites=(
            (r"\b(\d+)[cgi] ?(?:r|release ?)(\d)\S*", r"\1.\2"),
            (r"\b26ai\b", "23"),
            (r"\b(\d+)(?:[cgi]|ai)\b", r"\1"),
        ),
    ),
)  # fmt: skip
