import os
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from alumusic.traffic import Counted

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")

application: Any = get_wsgi_application()
for short_road in settings.SHORT_ROADS:
    application = import_string(short_road)(application)
application = Counted(application)
