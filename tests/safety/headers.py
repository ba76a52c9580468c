"""The exact security headers that each answer must have, written out: nothing here is taken from the app."""

import re
from collections.abc import Iterable, Mapping

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors "
)
STRICT = {
    "Content-Security-Policy": POLICY + "'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
WITH_SCRIPT = {"Content-Security-Policy": POLICY + "'none'; script-src 'self'"}
IN_FRAMES = {"Content-Security-Policy": POLICY + "*"}
FOR_OTHER_SITES = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
# What else an answer may carry. A cookie, a server's version or anything unforeseen is not among them.
HARMLESS = {
    "Accept-Ranges", "Allow", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Length",
    "Content-Range", "Content-Type", "Date", "ETag", "Last-Modified", "Location", "Retry-After", "Vary",
}  # fmt: skip
OPEN = re.compile(
    r"(/councils/[^/]+(\.json|/card\.png|/embed)|/(councils|map|regions|compare)\.csv|/oembed|/static/[^/].*)/?"
)


def wanted(
    path: str, status: int, script: bool = False, framed: bool = False, https: bool = True
) -> dict[str, str]:
    """The headers of an answer at a path; `script` if the page has one, `framed` if it is made for frames."""
    of_the_route = OPEN.fullmatch(path) and status not in (400, 405)
    return {
        **STRICT,
        **(HTTPS if https else {}),
        **(WITH_SCRIPT if script else {}),
        **(IN_FRAMES if framed else {}),
        **(FOR_OTHER_SITES if of_the_route else {}),
    }


def given(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers of an answer but for the harmless ones. A header given twice is a fault."""
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    names = [name.title() for name, _ in pairs]
    assert len(names) == len(set(names)), names
    plain = {name.title() for name in HARMLESS}
    spelt = {name.title(): name for name in (*STRICT, *HTTPS, *FOR_OTHER_SITES, "Server")}
    return {spelt.get(name.title(), name): value for name, value in pairs if name.title() not in plain}
