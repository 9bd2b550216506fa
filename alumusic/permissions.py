from collections.abc import Mapping
from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class HasPermission(BasePermission):
    """Asks for the permission that the view's `permissions` names for the method.

    A view without a permission for GET is open to whoever is authenticated; HEAD is as GET.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        permissions: Mapping[str, str] = getattr(view, "permissions", {})
        method = "GET" if request.method == "HEAD" else str(request.method)
        return method not in permissions or request.user.has_perm(permissions[method])
