"""Migrations on tables that are large and in use: how long they wait, and operations for them."""

from typing import Any

from django.db import connections, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

# A statement that waits for a lock makes all who come after it wait too. One that gives up can be run again.
PATIENCE = "5s"


def wait_little(*, using: str, **_kwargs: Any) -> None:
    """For pre_migrate: what a migration may wait for a lock."""
    _set_lock_timeout(using, PATIENCE)


def wait_as_ever(*, using: str, **_kwargs: Any) -> None:
    """For post_migrate."""
    _set_lock_timeout(using, "DEFAULT")


def _set_lock_timeout(using: str, value: str) -> None:
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute(f"SET lock_timeout TO {value if value == 'DEFAULT' else repr(value)}")


class AddIndexOnline(migrations.AddIndex):
    """AddIndex that locks out no writer on PostgreSQL; the migration must be `atomic = False`."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._run(app_label, schema_editor, to_state, adding=True)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._run(app_label, schema_editor, from_state, adding=False)

    def _run(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState, *, adding: bool
    ) -> None:
        model = state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        options: dict[str, Any] = {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
        change = schema_editor.add_index if adding else schema_editor.remove_index
        # It locks out nobody while it waits for the transactions of others to end, which may take long.
        _set_lock_timeout(schema_editor.connection.alias, "0")
        change(model, self.index, **options)
        _set_lock_timeout(schema_editor.connection.alias, PATIENCE)
