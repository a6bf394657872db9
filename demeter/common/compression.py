"""Pages and data travel compressed: 100 KB take half a second over slow 4G.

Used in `MIDDLEWARE`. The size of a compressed page could betray what is in it (https://breachattack.com); Django
adds random bytes to it, and the token against forged requests is another one in every page.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressAnswers(GZipMiddleware):
    """Compress all but what is streamed: those are ZIP files."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)
