"""What Flask can do at best: the same bytes and the same redirect from views that do nothing else."""

import os
from pathlib import Path

from flask import Flask, Response, redirect
from werkzeug import Response as AnyResponse

app = Flask(__name__)
BYTES = Path(os.environ["BARE_BYTES"]).read_bytes()


@app.get("/councils/<slug>")
def page(slug: str) -> Response:
    return Response(BYTES, mimetype="text/html")


@app.post("/find")
def find() -> AnyResponse:
    return redirect("/councils/southwark", 303)
