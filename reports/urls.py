from django.urls import path

from reports import pages

urlpatterns = [
    path("resumo/sair/<str:token>", pages.unsubscribe, name="unsubscribe"),
]
