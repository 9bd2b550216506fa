from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What a comment is, in the order that the policy, every chart and every matrix use."""

    PRAISE = "ELOGIO", _("Praise")
    CRITICISM = "CRÍTICA", _("Criticism")
    SUGGESTION = "SUGESTÃO", _("Suggestion")
    QUESTION = "DÚVIDA", _("Question")
    SPAM = "SPAM", _("Spam")


class CommentState(models.TextChoices):
    PENDING = "pendente", _("pending")
    CLASSIFIED = "classificado", _("classified")
    FAILED = "falhou", _("failed")


class BatchState(StrEnum):
    RUNNING = "processando"
    DONE = "concluido"


class FileFormat(models.TextChoices):
    CSV = "csv", "CSV"
    JSONL = "jsonl", "JSONL"


class UploadState(models.TextChoices):
    RECEIVED = "received", _("received")
    EXPANDING = "expanding", _("being read")
    EXPANDED = "expanded", _("read")
    REFUSED = "refused", _("refused")
