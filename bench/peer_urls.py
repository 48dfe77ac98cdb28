"""django-helpdesk's addresses, in the namespace it expects."""

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
