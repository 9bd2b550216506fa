from django.urls import path

from insights.panel import pages

urlpatterns = [
    path("insights/", pages.Insights.as_view(), name="insights"),
    path("insights/perguntar/", pages.AskCall.as_view(), name="insights_ask"),
    path("insights/perguntas/<uuid:public_id>/voto/", pages.RateCall.as_view(), name="insights_rate"),
    path("insights/resumos/<str:week>/", pages.SummaryCall.as_view(), name="insights_summary"),
]
