"""The files that tell nginx and Apache how to serve a static site: negotiation, media types, redirects, headers."""

from __future__ import annotations

from endpoint.static_site.rendering import SitePlan, Written


def write(plan: SitePlan) -> Written:
    """Write the files, and return what was written."""
    return Written()
