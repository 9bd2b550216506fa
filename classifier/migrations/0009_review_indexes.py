from django.db import migrations, models

from alumusic.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("classifier", "0008_review_queue")]

    operations = [
        AddIndexOnline(
            model_name="comment",
            index=models.Index(
                condition=models.Q(
                    ("reviewed", False), ("state__in", ["classificado", "falhou"]), ("review_score__isnull", False)
                ),
                fields=["-review_week", "-review_score", "-id"],
                name="comment_to_review",
            ),
        ),
        AddIndexOnline(
            model_name="comment",
            index=models.Index(
                condition=models.Q(
                    ("reviewed", False), ("state__in", ["classificado", "falhou"]), ("review_score__isnull", False)
                ),
                fields=["category", "-review_week", "-review_score", "-id"],
                name="comment_to_review_category",
            ),
        ),
        AddIndexOnline(
            model_name="comment",
            index=models.Index(
                condition=models.Q(
                    ("reviewed", False), ("state__in", ["classificado", "falhou"]), ("review_score__isnull", False)
                ),
                fields=["engine", "-review_week", "-review_score", "-id"],
                name="comment_to_review_engine",
            ),
        ),
        AddIndexOnline(
            model_name="comment",
            index=models.Index(
                condition=models.Q(
                    ("reviewed", False), ("state__in", ["classificado", "falhou"]), ("review_score", None)
                ),
                fields=["-moment", "-id"],
                name="comment_to_score",
            ),
        ),
    ]
