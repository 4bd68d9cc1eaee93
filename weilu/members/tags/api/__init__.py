"""Tags for programs: the catalogue, one member's and many members' tags, tables."""

from weilu.members.tags.api import catalogue, giving, importing

ROUTERS = (importing.router, giving.router, catalogue.router)
