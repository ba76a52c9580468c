"""Where servers and the flask command find the app. A bad setting stops the start with one line."""

import sys

from app import create_app
from app.settings import SettingError

try:
    app = create_app()
except SettingError as error:
    sys.exit(f"Cannot start. {error}")
