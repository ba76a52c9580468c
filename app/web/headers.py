"""The headers of every answer: nothing runs, frames or leaks that the pages do not need."""

from flask import Flask, Response, request

from app.web.site import settings

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# The exceptions, by endpoint: what the page needs instead.
POLICY_OF = {
    "councils.page": f"{CONTENT_SECURITY_POLICY}; script-src 'self'",  # share.js, which it can do without
    "share.embed": CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *"),
}
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
PAGE_AGE = 60  # seconds a page may be kept by browsers and caches
# After that a cache may give out the old page while it asks for the new one, and a day if we do not answer.
KEEP_A_PAGE = f"public, max-age={PAGE_AGE}, stale-while-revalidate=600, stale-if-error=86400"
A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    needed = POLICY_OF.get(request.endpoint or "") if response.status_code == 200 else None
    response.headers["Content-Security-Policy"] = needed or CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = PERMISSIONS
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if settings().site_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = _cache_control(response)
    return response


def _cache_control(response: Response) -> str:
    if request.method not in ("GET", "HEAD") or response.status_code not in (200, 301):
        return "no-store"
    return KEEP_A_PAGE
