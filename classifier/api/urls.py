from django.urls import path

from classifier.api import uploads, views

urlpatterns = [
    path("comentarios", views.Comments.as_view()),
    path("comentarios/export", views.Export.as_view()),
    path("comentarios/<str:external_id>", views.OneComment.as_view()),
    path("lotes", uploads.Uploads.as_view()),
    path("lotes/<uuid:batch_id>", views.OneBatch.as_view()),
    path("lotes/<uuid:batch_id>/comentarios", views.BatchComments.as_view()),
]
