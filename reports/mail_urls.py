from django.urls import path

from reports import leaving

urlpatterns = [
    path("resumo/sair/<str:token>", leaving.unsubscribe, name="unsubscribe"),
]
