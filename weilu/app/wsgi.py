"""All pages and the API, as one WSGI application under the front door."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
application = get_wsgi_application()
