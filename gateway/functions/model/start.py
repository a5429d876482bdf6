"""Starts the server on an instance: first the variables, for the modules read them as they load."""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ.update(json.loads(Path(__file__).with_name("variables.json").read_text("utf-8")))

import server

server.main()
