import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0006_batch_completed_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="upload",
                        serialize=False,
                        to="classifier.batch",
                        verbose_name="batch",
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="file name")),
                (
                    "format",
                    models.CharField(choices=[("csv", "CSV"), ("jsonl", "JSONL")], max_length=5, verbose_name="format"),
                ),
                ("encoding", models.CharField(max_length=20, verbose_name="encoding")),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("lines", models.PositiveIntegerField(verbose_name="lines")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("expanding", "being read"),
                            ("expanded", "read"),
                            ("refused", "refused"),
                        ],
                        default="received",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("lines_read", models.PositiveIntegerField(default=0, verbose_name="lines read")),
                ("finished_at", models.DateTimeField(editable=False, null=True, verbose_name="finished at")),
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name": "sent file",
                "verbose_name_plural": "sent files",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["received", "expanding"])),
                        fields=["created_at"],
                        name="upload_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["received", "expanding", "expanded", "refused"])),
                        name="upload_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["csv", "jsonl"])), name="upload_format_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="upload_has_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "received"), _negated=True), ("lines_read", 0), _connector="OR"
                        ),
                        name="upload_received_is_unread",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("state__in", ["received", "expanding"])),
                            models.Q(
                                models.Q(("state__in", ["received", "expanding"]), _negated=True),
                                ("finished_at__isnull", False),
                                ("lease_token", None),
                            ),
                            _connector="OR",
                        ),
                        name="upload_ended_is_finished",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease_token", None), ("lease_until", None)),
                            models.Q(("lease_token__isnull", False), ("lease_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="upload_lease_has_token",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadError",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField(verbose_name="line")),
                ("detail", models.CharField(max_length=500, verbose_name="detail")),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="errors", to="classifier.upload"
                    ),
                ),
            ],
            options={
                "verbose_name": "line with an error",
                "verbose_name_plural": "lines with errors",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("upload", "line"), name="upload_error_once_a_line"),
                    models.CheckConstraint(condition=models.Q(("line__gte", 1)), name="upload_error_line_from_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadPiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("data", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="classifier.upload"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("upload", "number"), name="upload_piece_once")],
            },
        ),
    ]
