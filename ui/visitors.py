"""The names that server.py gives to browsers; apart from `services`, which takes a second to load."""

import re

VISITOR_COOKIE = "gradcore_visitor"
VISITOR = re.compile(r"[A-Za-z0-9_-]{16,64}")
