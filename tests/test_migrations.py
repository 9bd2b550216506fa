"""A deploy runs its migrations while the release before still serves: none locks a table for long, and none takes away
what the old code reads or writes.
"""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import pre_migrate
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
from django_migration_linter.sql_analyser.base import Check, CheckMode, CheckType
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

from tests.test_documents import OURS

# Up to these, all ran before anything was in service.
FIRST_RELEASE = {"accounts": 4, "llm": 2, "classifier": 19, "reports": 5, "insights": 2, "legacy": 1}
# Later ones that break a rule knowingly, each with what to do when it is deployed.
ACCEPTED: dict[str, str] = {}

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="locks are PostgreSQL's")


def adds_checked_constraint(statements, **_kwargs):
    """Every row is read under a lock; `AddConstraintNotValid` and, later, `ValidateConstraint` do without."""
    made = {sql.split()[2] for sql in statements if sql.startswith("CREATE TABLE")}
    return any(
        sql.startswith("ALTER TABLE")
        and "ADD CONSTRAINT" in sql
        and (" CHECK " in sql or " FOREIGN KEY " in sql)
        and "NOT VALID" not in sql
        and sql.split()[2] not in made
        for sql in statements
    )


class Rules(PostgresqlAnalyser):
    migration_checks = [
        *PostgresqlAnalyser.migration_checks,
        Check(
            code="CHECKED_CONSTRAINT",
            fn=adds_checked_constraint,
            message="ADD CONSTRAINT reads the whole table under a lock",
            mode=CheckMode.TRANSACTION,
            type=CheckType.ERROR,
        ),
    ]


def faults_of(statements):
    errors, _ignored, warnings = analyse_sql_statements(Rules, statements)
    return sorted({issue.code for issue in [*errors, *warnings]})


def sql_of(app, name):
    out = StringIO()
    call_command("sqlmigrate", app, name, stdout=out, no_color=True)
    return [line for line in out.getvalue().splitlines() if line and not line.startswith("--")]


def later_migrations():
    ours = {apps.get_app_config(name.rpartition(".")[2]).label for name in OURS}
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if app in ours and int(name[:4]) > FIRST_RELEASE.get(app, 0) and f"{app}.{name}" not in ACCEPTED:
            yield app, name, migration


@pytest.mark.django_db
def test_no_migration_since_the_first_release_stops_the_old_code_or_locks_for_long():
    assert {
        f"{app}.{name}": faults for app, name, _ in later_migrations() if (faults := faults_of(sql_of(app, name)))
    } == {}


def test_no_migration_since_the_first_release_changes_tables_and_rows_at_once():
    mixed = [
        f"{app}.{name}"
        for app, name, migration in later_migrations()
        if len({isinstance(operation, RunPython | RunSQL) for operation in migration.operations}) > 1
    ]
    assert mixed == []


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ('ALTER TABLE "c" ADD COLUMN "x" integer NOT NULL;', "NOT_NULL"),
        ('ALTER TABLE "c" DROP COLUMN "x" CASCADE;', "DROP_COLUMN"),
        ('ALTER TABLE "c" RENAME COLUMN "x" TO "y";', "RENAME_COLUMN"),
        ('ALTER TABLE "c" ALTER COLUMN "x" TYPE bigint;', "ALTER_COLUMN"),
        ('CREATE INDEX "i" ON "c" ("x");', "CREATE_INDEX"),
        ('DROP INDEX "i";', "DROP_INDEX"),
        ('ALTER TABLE "c" ADD CONSTRAINT "k" CHECK ("x" > 0);', "CHECKED_CONSTRAINT"),
    ],
)
def test_the_rules_find_what_they_are_for(sql, fault):
    assert fault in faults_of(["BEGIN;", sql, "COMMIT;"])


@pytest.mark.parametrize(
    "sql",
    [
        'ALTER TABLE "c" ADD COLUMN "x" integer NULL;',
        'ALTER TABLE "c" ADD COLUMN "x" varchar(9) DEFAULT \'\' NOT NULL;',
        'CREATE INDEX CONCURRENTLY "i" ON "c" ("x");',
        'ALTER TABLE "c" ADD CONSTRAINT "k" CHECK ("x" > 0) NOT VALID;',
    ],
)
def test_the_rules_let_pass_what_is_safe(sql):
    assert faults_of([sql]) == []


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_waits_for_a_lock_gives_up_before_others_queue_behind_it():
    seen = []

    def look(**_kwargs):
        seen.append(patience())

    def patience():
        with connection.cursor() as cursor:
            return cursor.execute("SHOW lock_timeout").fetchone()[0]

    pre_migrate.connect(look)
    try:
        call_command("migrate", verbosity=0)
    finally:
        pre_migrate.disconnect(look)

    assert set(seen) == {"5s"}
    assert patience() == "0"
