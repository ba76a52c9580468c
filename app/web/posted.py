"""What may be posted: a form no longer than its page allows, for every route alike."""

from flask import Flask, abort, request

FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


def init_app(app: Flask) -> None:
    app.before_request(take_forms_only)


def take_forms_only() -> None:
    """413 for a body that is too long, 415 for one that is no form. No body at all is the page's affair."""
    if request.method != "POST" or request.url_rule is None:
        return
    limit = request.max_content_length or 0
    length = request.content_length
    if length is None:
        # Sent in chunks: Werkzeug cuts it off at the limit without a word, so at the limit it was too long.
        length = len(request.get_data())
        limit -= 1
    if length > limit:
        abort(413)
    if length and request.mimetype not in FORMS:
        abort(415)
