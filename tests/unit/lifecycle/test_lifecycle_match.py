"""From free words to product and release: exact where certain, all that fit where open, nothing where unknown."""

from __future__ import annotations

from datetime import date

import pytest

from muster.catalog.reference.products import ProductKind
from muster.pipeline.lifecycle import SupportState, match_product, support_of

AS_OF = date(2025, 6, 30)
SYSTEM, DATABASE = ProductKind.SYSTEM, ProductKind.DATABASE


def _releases(name: str, version: str | None, kind: ProductKind | None) -> tuple[str | None, list[str]]:
    named = match_product(name, version, kind)
    return named.product.id if named.product else None, [release.release for release in named.releases]


@pytest.mark.parametrize(
    ("name", "version", "product", "release"),
    [
        ("Microsoft Windows Server 2012 R2 (64-bit)", None, "windows-server", "2012-r2"),
        ("Microsoft Windows Server 2012 (64-bit)", None, "windows-server", "2012"),
        ("Microsoft(R) Windows(R) Server 2008 R2, Standard Edition", None, "windows-server", "2008-r2-sp1"),
        ("Microsoft® Windows Server® 2008 Standard SP2", None, "windows-server", "2008-sp2"),
        ("WIN2K12R2", None, "windows-server", "2012-r2"),
        ("W2K16", None, "windows-server", "2016"),
        ("Windows2019", None, "windows-server", "2019"),
        ("windows", "windows server 2012 R2", "windows-server", "2012-r2"),
        ("Windows Server", "10.0.17763", "windows-server", "2019"),
        ("Windows Server, version 1909", None, "windows-server", "1909-sac"),
        ("Windows 10 Pro", "10.0.19045", "windows", "10-22h2"),
        ("Windows 10 Enterprise LTSC 2019", None, "windows", "10-1809-e-lts"),
        ("Windows 7", None, "windows", "7-sp1"),
        ("RHEL 7.9", None, "rhel", "7"),
        ("RHEL8", None, "rhel", "8"),
        ("Red Hat Enterprise Linux Server release 6.10 (Santiago)", None, "rhel", "6"),
        ("Red Hat Enterprise Linux", "4.18.0-305.el8.x86_64", "rhel", "8"),
        ("linux", "Red Hat Enterprise Linux 7", "rhel", "7"),
        ("CentOS Linux", "7.9.2009", "centos", "7"),
        ("Oracle Linux Server release 7.9", None, "oracle-linux", "7"),
        ("SLES12SP5", None, "sles", "12.5"),
        ("SUSE Linux Enterprise 15", "15.6", "sles", "15.6"),
        ("Ubuntu", "22.04.3 LTS (Jammy Jellyfish)", "ubuntu", "22.04"),
        ("ubuntu-22.04", None, "ubuntu", "22.04"),
        ("Ubuntu bionic", None, "ubuntu", "18.04"),
        ("Debian GNU/Linux", "12 (bookworm)", "debian", "12"),
        ("Amazon Linux 2 (64-bit)", None, "amazon-linux", "2"),
        ("AIX 7200-05-03", None, "ibm-aix", "7.2.5"),
        ("SunOS 5.10", None, "oracle-solaris", "10"),
        ("VMware ESXi 6.7.0 build-14320388", None, "esxi", "6.7"),
        ("OS/400 V5R4", None, "ibm-i", "5.4"),
    ],
)
def test_an_operating_system_is_recognised_by_its_words(
    name: str, version: str | None, product: str, release: str
) -> None:
    assert _releases(name, version, SYSTEM) == (product, [release])


@pytest.mark.parametrize(
    ("name", "version", "product", "releases"),
    [
        ("Oracle Database 12c", None, "oracle-database", ["12.2", "12.1"]),
        ("Oracle", "19.3.0.0.0", "oracle-database", ["19"]),
        ("Oracle 11gR2", None, "oracle-database", ["11.2"]),
        ("SQL Server 2014 SP3", None, "mssqlserver", ["12.0-sp3"]),
        ("Microsoft SQL Server 2008 R2 (SP3)", None, "mssqlserver", ["10.50-sp3"]),
        ("SQL Server", "15.0.2000.5", "mssqlserver", ["15.0"]),
        ("MySQL", "5.7.33-log", "mysql", ["5.7"]),
        ("MariaDB", "10.3.39-MariaDB", "mariadb", ["10.3"]),
        ("PostgreSQL", "9.6.24", "postgresql", ["9.6"]),
    ],
)
def test_a_database_is_recognised_by_its_words(
    name: str, version: str | None, product: str, releases: list[str]
) -> None:
    assert _releases(name, version, DATABASE) == (product, releases)


@pytest.mark.parametrize(
    ("name", "product", "releases"),
    [
        ("Python 2.7", "python", ["2.7"]),
        ("php7", "php", ["7.4", "7.3", "7.2", "7.1", "7.0"]),
        ("Apache Tomcat/9.0.30", "tomcat", ["9.0"]),
        ("Oracle JDK 1.8.0_292", "oracle-jdk", ["8"]),
        ("JavaScript", None, []),
        ("Ruby on Rails", None, []),
    ],
)
def test_a_technology_is_recognised_by_its_words(name: str, product: str | None, releases: list[str]) -> None:
    assert _releases(name, None, None) == (product, releases)


@pytest.mark.parametrize(
    ("name", "version", "state"),
    [
        ("Ubuntu Linux (64-bit)", None, SupportState.DEPENDS_ON_RELEASE),
        ("Ubuntu", "5.15.0-91-generic", SupportState.DEPENDS_ON_RELEASE),
        ("Debian", "4.19.0-21-amd64", SupportState.DEPENDS_ON_RELEASE),
        ("SUSE Linux Enterprise 15 (64-bit)", None, SupportState.DEPENDS_ON_RELEASE),
        ("CentOS 4/5 or later (64-bit)", None, SupportState.DEPENDS_ON_RELEASE),
        ("Microsoft Windows 10 (64-bit)", None, SupportState.DEPENDS_ON_RELEASE),
        ("Oracle Solaris 11 (64-bit)", None, SupportState.DEPENDS_ON_RELEASE),
        ("Windows", "10.0.17763", SupportState.DEPENDS_ON_RELEASE),
        ("Ubuntu 1.23", None, SupportState.RELEASE_UNLISTED),
        ("Other 3.x or later Linux (64-bit)", None, SupportState.PRODUCT_UNLISTED),
        ("HP-UX 11.31", None, SupportState.PRODUCT_UNLISTED),
        ("Windows Storage Server 2012", None, SupportState.PRODUCT_UNLISTED),
        ("SLES for SAP 15 SP4", None, SupportState.PRODUCT_UNLISTED),
        ("Linux", None, SupportState.PRODUCT_UNLISTED),
    ],
)
def test_what_is_not_told_is_unknown(name: str, version: str | None, state: SupportState) -> None:
    assert support_of(match_product(name, version, SYSTEM), AS_OF).state is state


@pytest.mark.parametrize(
    ("name", "state", "title"),
    [
        ("CentOS 4/5/6/7 (64-bit)", SupportState.ENDED, "CentOS 5, 6 or 7"),
        ("FreeBSD Pre-11 versions (64-bit)", SupportState.ENDED, "FreeBSD"),
        ("SUSE Linux Enterprise 11 (64-bit)", SupportState.ENDED, "SUSE Linux Enterprise Server 11"),
        ("Red Hat Enterprise Linux 7 (64-bit)", SupportState.EXTENDED_ONLY, "Red Hat Enterprise Linux 7"),
        ("Windows 10 22H2", SupportState.ENDS_SOON, "Microsoft Windows 10 22H2"),
        ("Windows Server 2022", SupportState.SUPPORTED, "Microsoft Windows Server 2022"),
    ],
)
def test_support_is_certain_where_all_releases_that_fit_agree(name: str, state: SupportState, title: str) -> None:
    support = support_of(match_product(name, None, SYSTEM), AS_OF)
    assert (support.state, support.title) == (state, title)
    assert support.source.startswith("https://")


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        (date(2025, 1, 12), SupportState.SUPPORTED),
        (date(2026, 1, 12), SupportState.ENDS_SOON),
        (date(2027, 1, 12), SupportState.ENDS_SOON),
        (date(2027, 1, 13), SupportState.EXTENDED_ONLY),
        (date(2030, 1, 13), SupportState.ENDED),
    ],
)
def test_support_goes_from_a_year_ahead_to_its_extended_end(as_of: date, state: SupportState) -> None:
    assert support_of(match_product("Windows Server 2016", None, SYSTEM), as_of).state is state


def test_columns_that_contradict_each_other_leave_both_open() -> None:
    product, releases = _releases("Windows Server 2012", "6.3.9600", SYSTEM)
    assert (product, releases) == ("windows-server", ["2012", "2012-r2"])
