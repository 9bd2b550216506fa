from typing import Any

from django.db import migrations

POSTGRESQL = [
    (
        "ALTER TABLE classifier_comment ADD COLUMN search_vector tsvector"
        " GENERATED ALWAYS AS (to_tsvector('simple', search_words)) STORED",
        "ALTER TABLE classifier_comment DROP COLUMN search_vector",
    ),
    (
        # With the frequencies of 10,000 words known, the planner tells a rare word from a common one.
        "ALTER TABLE classifier_comment ALTER COLUMN search_vector SET STATISTICS 1000",
        "ALTER TABLE classifier_comment ALTER COLUMN search_vector SET STATISTICS -1",
    ),
    (
        "CREATE INDEX comment_search ON classifier_comment USING gin (search_vector) WITH (fastupdate = off)",
        "DROP INDEX comment_search",
    ),
    *(
        (
            # The same for the rare confidences at both ends.
            f"ALTER INDEX {index} ALTER COLUMN 1 SET STATISTICS 1000",
            f"ALTER INDEX {index} ALTER COLUMN 1 SET STATISTICS -1",
        )
        for index in ("comment_least_confident", "comment_most_confident")
    ),
]

SQLITE = [
    (
        "CREATE VIRTUAL TABLE classifier_comment_search"
        " USING fts5(words, content='', tokenize='unicode61 remove_diacritics 0')",
        "DROP TABLE classifier_comment_search",
    ),
    (
        "CREATE TRIGGER comment_search_insert AFTER INSERT ON classifier_comment BEGIN"
        " INSERT INTO classifier_comment_search(rowid, words) VALUES (new.id, new.search_words); END",
        "DROP TRIGGER comment_search_insert",
    ),
    (
        "CREATE TRIGGER comment_search_delete AFTER DELETE ON classifier_comment BEGIN"
        " INSERT INTO classifier_comment_search(classifier_comment_search, rowid, words)"
        " VALUES ('delete', old.id, old.search_words); END",
        "DROP TRIGGER comment_search_delete",
    ),
    (
        "CREATE TRIGGER comment_search_update AFTER UPDATE OF search_words ON classifier_comment"
        " WHEN old.search_words <> new.search_words BEGIN"
        " INSERT INTO classifier_comment_search(classifier_comment_search, rowid, words)"
        " VALUES ('delete', old.id, old.search_words);"
        " INSERT INTO classifier_comment_search(rowid, words) VALUES (new.id, new.search_words); END",
        "DROP TRIGGER comment_search_update",
    ),
]


def statements(schema_editor: Any) -> list[tuple[str, str]]:
    return {"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor]


def build(apps: Any, schema_editor: Any) -> None:
    for forward, _backward in statements(schema_editor):
        schema_editor.execute(forward, params=None)


def drop(apps: Any, schema_editor: Any) -> None:
    for _forward, backward in reversed(statements(schema_editor)):
        schema_editor.execute(backward, params=None)


class Migration(migrations.Migration):
    """The full-text index: on PostgreSQL a generated column with GIN, on SQLite an FTS5 table that triggers keep."""

    dependencies = [("classifier", "0001_initial")]

    operations = [migrations.RunPython(build, drop)]
