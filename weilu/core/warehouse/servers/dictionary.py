"""How do servers that know no CREATE DICTIONARY learn whose the identities are? By a file beside their configuration.

Each server reads `owner_source` from itself, where all of `ownership` stands. Source of the format:
https://clickhouse.com/docs/sql-reference/dictionaries (configuration file)
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from weilu.core.warehouse.schema import ATTRIBUTES, OWNER_NAME
from weilu.core.warehouse.servers.address import Address

FILE_NAME = "weilu_dictionary.xml"
"""Ends as the default of `dictionaries_config` wants it, so that it is found beside config.xml."""
FORM = """<yandex>
  <dictionary>
    <name>{name}</name>
    <source><clickhouse>
      <host>127.0.0.1</host><port>{port}</port><user>{user}</user><password>{password}</password>
      <db>{database}</db><table>owner_source</table>
    </clickhouse></source>
    <lifetime>0</lifetime>
    <layout><hashed/></layout>
    <structure>
      <id><name>identity</name></id>
{attributes}
    </structure>
  </dictionary>
</yandex>
"""
ATTRIBUTE = "      <attribute><name>{name}</name><type>UInt32</type><null_value>0</null_value></attribute>"


def configuration(address: Address, port: int) -> str:
    """The file for a server that listens at `port`."""
    values = {"user": address.user, "password": address.password, "database": address.database}
    escaped = {name: escape(value) for name, value in values.items()}
    attributes = "\n".join(ATTRIBUTE.format(name=name) for name in ATTRIBUTES)
    return FORM.format(name=OWNER_NAME, port=port, attributes=attributes, **escaped)
