from django.urls import path

from reports import pages

urlpatterns = [path("", pages.report, name="report")]
