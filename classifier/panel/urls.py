"""Pages that no model's admin has; the lists and forms of comments and tags are at their models' own addresses."""

from django.urls import path

from classifier.panel import authors, comment, comments, relabelling
from classifier.panel.evaluation.versus import RunComparison

urlpatterns = [
    path("classifier/autores/", authors.AuthorData.as_view(), name="authors"),
    path("classifier/autores/exportar/", authors.AuthorExport.as_view(), name="author_export"),
    path("classifier/autores/apagar/", authors.AuthorErase.as_view(), name="author_erase"),
    path("classifier/comment/contagem/", comments.CommentCount.as_view(), name="comment_count"),
    path("classifier/comment/exportar/", comments.CommentExport.as_view(), name="comment_export"),
    path("classifier/comment/corrigir/", comments.BulkCorrection.as_view(), name="comment_bulk_correct"),
    path("classifier/comment/desfazer/", comments.BulkUndo.as_view(), name="comment_bulk_undo"),
    path("classifier/comment/reclassificar/", relabelling.Relabel.as_view(), name="comment_relabel"),
    path("classifier/comment/reclassificar/<uuid:batch>/", relabelling.Progress.as_view(), name="relabelling"),
    path("classifier/comment/<int:pk>/parecidos/", comment.LookAlikes.as_view(), name="comment_look_alikes"),
    path("classifier/run/comparar/", RunComparison.as_view(), name="run_compare"),
]
