from django.urls import path

from classifier.panel.learning import accuracy, candidates

urlpatterns = [
    path("aprendizado/", candidates.Learning.as_view(), name="learning"),
    path("acerto/", accuracy.Accuracy.as_view(), name="accuracy"),
]
