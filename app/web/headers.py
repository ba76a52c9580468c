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
# What a page may need instead. Its view says so, in its answer's headers, so that a 304 says the same.
WITH_SCRIPT = {"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; script-src 'self'"}
IN_FRAMES = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
}
# What pages and scripts of other sites may load, errors and redirects included: by endpoint.
FOR_OTHER_SITES = {
    "councils.as_data",
    "compare.as_csv",
    "picture.councils_as_csv",
    "picture.map_as_csv",
    "picture.regions_as_csv",
    "share.card",
    "share.embed",
    "share.oembed",
    "static",  # the embed’s own sheet: in a sandbox, it is another site’s
}
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
PAGE_AGE = 60  # seconds a page may be kept by browsers and caches
# After that a cache may give out the old page while it asks for the new one, and a day if we do not answer.
KEEP_A_PAGE = f"public, max-age={PAGE_AGE}, stale-while-revalidate=600, stale-if-error=86400"
A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = PERMISSIONS
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint in FOR_OTHER_SITES:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Access-Control-Allow-Origin"] = "*"  # public, and the same for everybody
    if settings().site_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = _cache_control(response)
    return response


def _cache_control(response: Response) -> str:
    if request.method not in ("GET", "HEAD") or response.status_code not in (200, 301):
        return "no-store"
    return KEEP_A_PAGE
