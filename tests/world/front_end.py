"""The front end, served from a folder: what the team's static hosting does."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from local.aws.request import Response

INDEX = "<!doctype html><title>Stamp rally</title><script src='js/config.js'></script>\n"
CONFIG = """\
const CONFIG = {{
    API_BASE_URL: '{api}',
    LIFF_ID: window.LIFF_ID || '{liff_id}',
}};
"""
"""``config.js`` as the guide writes it in step 7-2."""


@dataclass(frozen=True, slots=True)
class StaticSite:
    """Serves the files below ``folder``."""

    folder: Path

    def receive(self, _method: str, target: str, _headers: object, _body: bytes) -> Response:
        """Answer one HTTP request with a file, or 404."""
        path = unquote(urlsplit(target).path)
        file = (self.folder / path.lstrip("/")).resolve()
        file = file / "index.html" if file.is_dir() else file
        if not file.is_relative_to(self.folder.resolve()) or not file.is_file():
            return Response(status=404, headers={"Content-Type": "text/plain"}, body=b"not found")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Cache-Control": "no-cache"}
        return Response(status=200, headers=headers, body=file.read_bytes())

    def publish(self, *, api: str, liff_id: str) -> None:
        """Deploy it, configured for this API and this LIFF app."""
        (self.folder / "js").mkdir(parents=True, exist_ok=True)
        (self.folder / "index.html").write_text(INDEX, encoding="utf-8")
        config = CONFIG.format(api=api, liff_id=liff_id)
        (self.folder / "js" / "config.js").write_text(config, encoding="utf-8")
