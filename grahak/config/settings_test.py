"""Settings for the tests: a throw-away data directory, quick hashes, no manifest; the rest as in
production."""

import atexit
import os
import shutil
import tempfile

_scratch = tempfile.mkdtemp(prefix="grahak-test-")
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
os.environ["GRAHAK_DATA"] = _scratch
_shared = os.environ.get("GRAHAK_TEST_DATABASE_URL", "")
_own = "GRAHAK_TEST_DATABASE_URL_" + os.environ.get("PYTEST_XDIST_WORKER", "")
os.environ["DATABASE_URL"] = os.environ.get(_own, _shared)

from grahak.config.settings import *  # noqa: E402, F403
from grahak.config.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
AXES_ENABLED = False
LOGGING = {"version": 1, "disable_existing_loggers": False}
