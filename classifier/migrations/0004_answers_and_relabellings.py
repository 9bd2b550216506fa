import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("classifier", "0003_permissions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("engine", models.CharField(max_length=120)),
                ("prompt_version", models.CharField(max_length=40)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("ELOGIO", "Praise"),
                            ("CRÍTICA", "Criticism"),
                            ("SUGESTÃO", "Suggestion"),
                            ("DÚVIDA", "Question"),
                            ("SPAM", "Spam"),
                        ],
                        max_length=10,
                    ),
                ),
                ("confidence", models.FloatField()),
                ("tags", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="Relabelling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "engine_kind",
                    models.CharField(
                        choices=[("llm", "Language model"), ("embedded", "Embedded engine")],
                        max_length=8,
                        verbose_name="engine",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name": "relabelling",
                "verbose_name_plural": "relabellings",
            },
        ),
        migrations.AddField(
            model_name="classification",
            name="fallback_reason",
            field=models.CharField(blank=True, max_length=40, null=True, verbose_name="why the main engine gave none"),
        ),
        migrations.AddField(
            model_name="comment",
            name="fallback_reason",
            field=models.CharField(blank=True, max_length=40, null=True, verbose_name="why the main engine gave none"),
        ),
        migrations.AddConstraint(
            model_name="knownanswer",
            constraint=models.UniqueConstraint(
                fields=("key", "engine", "prompt_version"), name="known_answer_once_a_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="knownanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("category__in", ["ELOGIO", "CRÍTICA", "SUGESTÃO", "DÚVIDA", "SPAM"])),
                name="known_answer_category_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="knownanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("confidence__gte", 0), ("confidence__lte", 1)),
                name="known_answer_confidence_is_probability",
            ),
        ),
        migrations.AddField(
            model_name="relabelling",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="relabellings",
                to="classifier.batch",
            ),
        ),
        migrations.AddField(
            model_name="relabelling",
            name="comment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="relabellings", to="classifier.comment"
            ),
        ),
        migrations.AddConstraint(
            model_name="relabelling",
            constraint=models.UniqueConstraint(fields=("comment", "engine_kind"), name="relabelling_once_an_engine"),
        ),
        migrations.AddConstraint(
            model_name="relabelling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease_token", None), ("lease_until", None)),
                    models.Q(("lease_token__isnull", False), ("lease_until__isnull", False)),
                    _connector="OR",
                ),
                name="relabelling_lease_has_token",
            ),
        ),
    ]
