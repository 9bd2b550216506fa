from django.urls import path

from accounts.api import views

urlpatterns = [
    path("register", views.Register.as_view()),
    path("login", views.Login.as_view()),
    path("refresh", views.Refresh.as_view()),
    path("logout", views.Logout.as_view()),
    path("me", views.Me.as_view()),
]
