from django.db import models
from django.utils.translation import gettext_lazy as _

from .comment import Comment


class Embedding(models.Model):
    """A comment's meaning as the model named has it: little-endian float16, of unit length."""

    comment = models.OneToOneField(Comment, primary_key=True, on_delete=models.CASCADE, related_name="embedding")
    model = models.CharField(_("model"), max_length=60)
    vector = models.BinaryField(_("vector"))

    class Meta:
        verbose_name = _("embedding")
        verbose_name_plural = _("embeddings")

    def __str__(self) -> str:
        return f"{self.comment_id} {self.model}"
