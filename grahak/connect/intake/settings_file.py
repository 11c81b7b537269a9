"""The settings that Segment's browser SDK fetches before it sends anything: one integration, ourselves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit


def settings_of(key: str, base: str) -> dict[str, Any]:
    """What the SDK of the source KEY is told, with BASE (scheme://host/path) as where to send to."""
    parts = urlsplit(base)
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "apiHost": f"{parts.netloc}{parts.path.rstrip('/')}/v1",
                "protocol": parts.scheme,
                "unbundledIntegrations": [],
                "addBundledMetadata": True,
                "maybeBundledConfigIds": {},
                "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
            }
        },
        "plan": {
            "track": {"__default": {"enabled": True, "integrations": {}}},
            "identify": {"__default": {"enabled": True}},
            "group": {"__default": {"enabled": True}},
        },
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0, "host": f"{parts.netloc}{parts.path.rstrip('/')}/v1"},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }
