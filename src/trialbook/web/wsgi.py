"""What a WSGI server runs."""

from __future__ import annotations

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application

# a save passes between threads and the disk many times, and at each waits for those that compute to make room
sys.setswitchinterval(0.0005)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trialbook.web.settings")
application = get_wsgi_application()
# what is loaded now stays: to look through it for garbage now and then held up the saves of that moment
gc.collect()
gc.freeze()
