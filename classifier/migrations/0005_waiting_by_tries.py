from django.db import migrations, models

from alumusic.online import AddIndexOnline


class Migration(migrations.Migration):
    """The queue is read by tries, then by age; its index follows."""

    atomic = False
    dependencies = [("classifier", "0004_answers_and_relabellings")]

    operations = [
        AddIndexOnline(
            "comment",
            models.Index(
                fields=["attempts", "id"], name="comment_waiting_by_tries", condition=models.Q(state="pendente")
            ),
        ),
        migrations.RemoveIndex("comment", "comment_waiting"),
    ]
