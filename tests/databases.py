"""The test's own database as another process reaches it."""

from pathlib import Path

from django.db import connection

POSTGRESQL = connection.vendor == "postgresql"


def url_of(name: str) -> str:
    """The address of a database beside the test's own."""
    connection.ensure_connection()
    info = connection.connection.info
    return f"postgresql://{info.user}:{info.password}@{info.host}:{info.port}/{name}"


def reach(folder: Path) -> dict[str, str]:
    """What the environment must say; folder: an empty one, which becomes VAR_DIR."""
    if POSTGRESQL:
        return {"DATABASE_URL": url_of(connection.settings_dict["NAME"]), "VAR_DIR": str(folder)}
    (folder / "alumusic.sqlite3").symlink_to(connection.settings_dict["NAME"])
    return {"VAR_DIR": str(folder)}
