from django.urls import path

from insights.api import views

urlpatterns = [
    path("insights/perguntar", views.Ask.as_view()),
    path("insights/perguntas", views.Questions.as_view()),
    path("insights/perguntas/<uuid:public_id>", views.OneQuestion.as_view()),
]
