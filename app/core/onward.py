"""Where a browser may be sent: an address of this site only."""

from urllib.parse import urlsplit


def local_path(target: str | None) -> str | None:
    """The path and query of an address of this site; None for any other, however it is disguised.

    Browsers take `\\` for `/` and drop tabs and line ends, so `/\\t/evil` would leave the site.
    """
    text = (target or "").replace("\\", "/")
    if any(ord(character) <= 32 or ord(character) == 127 for character in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not text.startswith("/") or text.startswith("//"):
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
