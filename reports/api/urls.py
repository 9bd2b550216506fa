from django.urls import path

from reports.api import corrected, summaries, views

urlpatterns = [
    path("relatorio/semana", views.WeekReport.as_view()),
    path("relatorio/corrigido", corrected.CorrectedReport.as_view()),
    path("relatorios/resumos", summaries.Summaries.as_view()),
    path("relatorios/resumos/<str:week>", summaries.OneSummary.as_view()),
]
