from django.urls import path

from reports.api import views

urlpatterns = [
    path("relatorio/semana", views.WeekReport.as_view()),
]
