"""Every way in which the releases differ on the wire, oldest first."""

from starlette_conformance.model.changes import Change

COOKIE_ANSWER_VARIES = Change(
    "starlette",
    "0.15.0",
    "fix",
    "A response that names the origin because of a cookie had no Vary; now it says Vary: Origin.",
    "https://github.com/Kludex/starlette/pull/1111",
    noticed_by=("cache or CDN",),
    reached_by=("CORSMiddleware",),
)
HEADERS_REFUSED_ONCE = Change(
    "starlette",
    "0.15.0",
    "fix",
    "The text of a refused preflight named `headers` once for each header that is not allowed; "
    "now once.",
    "https://github.com/Kludex/starlette/pull/1199",
    noticed_by=("nobody",),
    reached_by=("CORSMiddleware",),
)
PAGE_OF_404_HAS_NO_304 = Change(
    "starlette",
    "0.15.0",
    "fix",
    "A 404.html that the client had already was a 304; now the whole page is sent, as 404.",
    "https://github.com/Kludex/starlette/pull/1023",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles",),
)
REDIRECT_BLANK_ESCAPED = Change(
    "starlette",
    "0.15.0",
    "fix",
    "A blank in the Location of a redirect was +; now it is %20.",
    "https://github.com/Kludex/starlette/pull/1164",
    noticed_by=("browser", "JavaScript client"),
)
CUT_LIFESPAN_TRACED = Change(
    "starlette",
    "0.16.0",
    "fix",
    "A lifespan that a second signal cuts short was logged as an unsupported protocol; now it is "
    "logged as an error, with its traceback.",
    "https://github.com/Kludex/starlette/pull/1227",
    noticed_by=("nobody",),
)
FILE_AS_FOLDER_NOT_FOUND = Change(
    "starlette",
    "0.17.0",
    "fix",
    "A path that goes on below a file was 500; now it is 404.",
    "https://github.com/Kludex/starlette/pull/1220",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles",),
)
LOCKED_FOLDER_REFUSED = Change(
    "starlette",
    "0.17.0",
    "fix",
    "A path in a folder that the server may not enter was 500; now it is 401.",
    "https://github.com/Kludex/starlette/pull/1220",
    noticed_by=("browser", "cache or CDN"),
)
EMPTY_BODY_HAS_LENGTH = Change(
    "starlette",
    "0.18.0",
    "change",
    "An empty body was framed in chunks; now it has Content-Length: 0.",
    "https://github.com/Kludex/starlette/pull/1395",
    noticed_by=("auth client", "proxy"),
)
ALLOW_ON_405 = Change(
    "starlette",
    "0.19.0",
    "fix",
    "The 405 of a route had no Allow; now it lists the methods that the route has.",
    "https://github.com/Kludex/starlette/pull/1436",
    noticed_by=("nobody",),
)
LINKS_LEAD_OUT = Change(
    "starlette",
    "0.20.2",
    "regression",
    "In this release a link to a file outside of the folder is served, one to a file inside is "
    "not, and .. is left to the file system.",
    "https://github.com/Kludex/starlette/pull/1377",
    last="0.20.2",
    noticed_by=("browser",),
    reached_by=("StaticFiles",),
)
BACKGROUND_KEPT = Change(
    "starlette",
    "0.21.0",
    "fix",
    "Behind BaseHTTPMiddleware a background task was cancelled once the response was sent or its "
    "client had left, and behind four of them the request failed; now it runs to its end.",
    "https://github.com/Kludex/starlette/pull/1715",
    noticed_by=("nobody",),
    reached_by=("BaseHTTPMiddleware",),
)
DISCONNECT_UNSEEN = Change(
    "starlette",
    "0.21.0",
    "regression",
    "Behind BaseHTTPMiddleware request.is_disconnected() stays False when the client has left: a "
    "handler that waits for that never ends.",
    "https://github.com/Kludex/starlette/discussions/2094",
    noticed_by=("nobody",),
    reached_by=("BaseHTTPMiddleware",),
)
NO_RESPONSE_RAISED = Change(
    "starlette",
    "0.28.0",
    "regression",
    "In these releases a request behind four BaseHTTPMiddleware fails if its client leaves before "
    "the response: RuntimeError, No response returned.",
    "https://github.com/Kludex/starlette/issues/2516",
    last="0.38.2",
    noticed_by=("nobody",),
    reached_by=("BaseHTTPMiddleware",),
)
MIDDLEWARE_BACKGROUND_LOST = Change(
    "starlette",
    "0.38.3",
    "regression",
    "In these releases a background task that a BaseHTTPMiddleware gives to the response is never "
    "run.",
    "https://github.com/Kludex/starlette/pull/2688",
    last="0.38.4",
    noticed_by=("nobody",),
    reached_by=("BaseHTTPMiddleware",),
)
SIBLING_FOLDER_HIDDEN = Change(
    "starlette",
    "0.27.0",
    "security",
    "A folder beside the served one whose name begins alike could be read; now it cannot "
    "(CVE-2023-29159).",
    "https://github.com/Kludex/starlette/security/advisories/GHSA-v5gw-mw7f-84px",
    noticed_by=("browser",),
    reached_by=("StaticFiles",),
)
LINE_BREAK_REDIRECTS = Change(
    "starlette",
    "0.33.0",
    "regression",
    "In these releases a folder's path that ends with / and a line break is redirected instead of "
    "its page being sent. Without the /, Location no longer begins with //.",
    "https://github.com/Kludex/starlette/pull/2352",
    last="0.34.0",
    noticed_by=("nobody",),
    reached_by=("StaticFiles",),
)
ROOT_PATH_STRIPPED = Change(
    "starlette",
    "0.33.0",
    "fix",
    "Where uvicorn 0.26.0 or newer has a --root-path, no route was found, for it was a part of the "
    "path; now it is taken off.",
    "https://github.com/Kludex/starlette/pull/2352",
    noticed_by=("browser", "JavaScript client", "proxy"),
)
ROOT_PATH_CONFUSED = Change(
    "starlette",
    "0.33.0",
    "regression",
    "In these releases request.url has a --root-path twice, and root_path below a Mount does not "
    "have the path of the mount.",
    "https://github.com/Kludex/starlette/pull/2352",
    last="0.34.0",
    noticed_by=("proxy",),
    reached_by=("root_path", "request", "Request"),
)
ETAG_QUOTED = Change(
    "starlette",
    "0.34.0",
    "fix",
    "The ETag of a file was not quoted; now it is, and If-None-Match may hold a list and weak "
    "tags.",
    "https://github.com/Kludex/starlette/pull/2334",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
LINE_BREAK_KEPT = Change(
    "starlette",
    "0.35.0",
    "fix",
    "A line break at the end of a path below a mount was dropped; now it is kept.",
    "https://github.com/Kludex/starlette/pull/2400",
    noticed_by=("nobody",),
    reached_by=("StaticFiles",),
)
PATHSEND_ASSUMED = Change(
    "starlette",
    "0.36.0",
    "regression",
    "In this release a file has no body: the app fails where the server does not offer extensions.",
    "https://github.com/Kludex/starlette/pull/2438",
    last="0.36.0",
    noticed_by=("browser", "cache or CDN", "JavaScript client", "proxy"),
    reached_by=("StaticFiles", "FileResponse"),
)
CHARSET_ONCE = Change(
    "starlette",
    "0.36.2",
    "fix",
    "A text/ media type that names a charset got a second one in Content-Type; now it is sent "
    "as it is.",
    "https://github.com/Kludex/starlette/pull/2443",
    noticed_by=("browser",),
    reached_by=("Response",),
)
MEMORYVIEWS_SENT = Change(
    "starlette",
    "0.38.0",
    "feature",
    "A response whose content is a memoryview was 500; now it is sent.",
    "https://github.com/Kludex/starlette/pull/2576",
    noticed_by=("browser", "JavaScript client"),
    reached_by=("memoryview",),
)
LONG_NAME_NOT_FOUND = Change(
    "starlette",
    "0.38.0",
    "fix",
    "A file name too long for the file system was 500; now it is 404.",
    "https://github.com/Kludex/starlette/pull/2583",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles",),
)
RANGES = Change(
    "starlette",
    "0.39.0",
    "feature",
    "Range and If-Range were ignored; now they are obeyed, and files say Accept-Ranges: bytes.",
    "https://github.com/Kludex/starlette/pull/2697",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
BOUNDARY_OF_26_DIGITS = Change(
    "starlette",
    "0.39.1",
    "change",
    "The boundary between parts was 13 letters and digits; now it is 26 hexadecimal digits.",
    "https://github.com/Kludex/starlette/pull/2702",
    noticed_by=("nobody",),
    reached_by=("StaticFiles", "FileResponse"),
)
LARGE_PARTS_WHOLE = Change(
    "starlette",
    "0.39.1",
    "fix",
    "Of several parts, one of more than 64 KiB was cut there; now it is whole.",
    "https://github.com/Kludex/starlette/pull/2703",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
UUIDS_IN_ANY_FORM = Change(
    "starlette",
    "0.43.0",
    "feature",
    "A UUID with capitals in a path was 404; now a route with a uuid convertor takes it.",
    "https://github.com/Kludex/starlette/pull/2806",
    noticed_by=("JavaScript client",),
    reached_by=("uuid",),
)
GZIP_VARIES_ALWAYS = Change(
    "starlette",
    "0.46.0",
    "fix",
    "Behind GZipMiddleware a response that is not compressed, as the client does not take "
    "gzip, did not say Vary: Accept-Encoding; now it does.",
    "https://github.com/Kludex/starlette/pull/2865",
    noticed_by=("cache or CDN",),
    reached_by=("GZipMiddleware",),
)
EVENTS_NOT_GZIPPED = Change(
    "starlette",
    "0.46.0",
    "fix",
    "GZipMiddleware held back the events of a stream to compress them; now text/event-stream "
    "is left as it is.",
    "https://github.com/Kludex/starlette/pull/2871",
    noticed_by=("JavaScript client",),
    reached_by=("GZipMiddleware",),
)
COOKIE_LINES_READ = Change(
    "starlette",
    "0.49.0",
    "feature",
    "request.cookies had the cookies of the first Cookie header only; now it has those of all.",
    "https://github.com/Kludex/starlette/pull/3029",
    noticed_by=("proxy",),
    reached_by=("cookies",),
)
RANGES_SPLIT = Change(
    "starlette",
    "0.49.1",
    "security",
    "A Range header was parsed in quadratic time (denial of service); now in linear time, and a "
    "part that is no range is ignored as a whole (CVE-2025-62727).",
    "https://github.com/Kludex/starlette/security/advisories/GHSA-7f5h-v6xp-fcq8",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
NONE_MATCH_FIRST = Change(
    "starlette",
    "0.49.2",
    "fix",
    "If-Modified-Since counted beside If-None-Match; now it is ignored there.",
    "https://github.com/Kludex/starlette/pull/3057",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles",),
)
PRIVATE_NETWORK_REFUSED = Change(
    "starlette",
    "0.51.0",
    "feature",
    "Access-Control-Request-Private-Network was ignored in a preflight; now the preflight is "
    "refused unless the app allows it.",
    "https://github.com/Kludex/starlette/pull/3065",
    noticed_by=("browser", "JavaScript client"),
    reached_by=("CORSMiddleware",),
)
SESSIONS_VARY = Change(
    "starlette",
    "1.0.0",
    "fix",
    "Each response set the cookie of a session anew, and none said Vary: Cookie; now one that "
    "changed the session sets it, and each that looked at it varies.",
    "https://github.com/Kludex/starlette/pull/3166",
    noticed_by=("cache or CDN",),
    reached_by=("SessionMiddleware",),
)
UNSATISFIABLE_NAMES_UNIT = Change(
    "starlette",
    "1.0.0rc1",
    "fix",
    "The Content-Range of a 416 had no unit; now it begins with bytes.",
    "https://github.com/Kludex/starlette/commit/c011d1fcb27ab8b4759288479208315695ef3ca3",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
NULL_BYTE_NOT_FOUND = Change(
    "starlette",
    "1.0.0rc1",
    "fix",
    "A null byte in the path of a file was 500; now it is 404.",
    "https://github.com/Kludex/starlette/pull/3139",
    noticed_by=("nobody",),
    reached_by=("StaticFiles",),
)
COOKIE_CHANGES_NO_ORIGIN = Change(
    "starlette",
    "1.0.0rc1",
    "fix",
    "With every origin allowed and no credentials, a cookie turned * into the origin; now it does "
    "not.",
    "https://github.com/Kludex/starlette/pull/3137",
    noticed_by=("cache or CDN",),
    reached_by=("CORSMiddleware",),
)
CREDENTIALS_NAME_ORIGIN = Change(
    "starlette",
    "1.0.0rc1",
    "fix",
    "With every origin and credentials allowed, a response to a request without a cookie said "
    "*, which browsers refuse; now it names the origin, and varies by it.",
    "https://github.com/Kludex/starlette/pull/3137",
    noticed_by=(
        "browser",
        "cache or CDN",
    ),
    reached_by=("CORSMiddleware",),
)
RANGES_MERGED = Change(
    "starlette",
    "1.0.0rc1",
    "fix",
    "Ranges that overlap were not merged in every order; now they are.",
    "https://github.com/Kludex/starlette/pull/3138",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
MULTIPART_MENDED = Change(
    "starlette",
    "1.0.0rc1",
    "fix",
    "Several parts were cut off at the end, with LF as line ends, and multipart/byteranges in "
    "Content-Range; now they are whole, with CRLF, and it stands in Content-Type.",
    "https://github.com/Kludex/starlette/pull/3143",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
HOST_CHECKED = Change(
    "starlette",
    "1.0.1",
    "security",
    "A malformed Host was used in request.url, and so in Location; now the server's own address "
    "is (CVE-2026-48710).",
    "https://github.com/Kludex/starlette/security/advisories/GHSA-86qp-5c8j-p5mr",
    noticed_by=("browser", "cache or CDN", "proxy"),
)
HOST_FAILS_NO_APP = Change(
    "starlette",
    "1.0.1",
    "fix",
    "An app that reads request.url failed where Host is no address in brackets, such as [1]; now "
    "it does not.",
    "https://github.com/Kludex/starlette/security/advisories/GHSA-86qp-5c8j-p5mr",
    noticed_by=("proxy",),
)
ABSOLUTE_PATHS_REFUSED = Change(
    "starlette",
    "1.1.0",
    "security",
    "A path that begins with a backslash was looked up, and on Windows it named another host; now "
    "it is not (CVE-2026-48818).",
    "https://github.com/Kludex/starlette/security/advisories/GHSA-wqp7-x3pw-xc5r",
    noticed_by=("browser",),
    reached_by=("StaticFiles",),
)
UNKNOWN_TYPE_BINARY = Change(
    "starlette",
    "1.1.0",
    "change",
    "A file of unknown type was text/plain; now it is application/octet-stream.",
    "https://github.com/Kludex/starlette/pull/3283",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
WEAK_PREFIX_EXACT = Change(
    "starlette",
    "1.3.0",
    "fix",
    "Every W, / and blank at both ends of a tag in If-None-Match was dropped; now only W/ before "
    "it, and blanks around it.",
    "https://github.com/Kludex/starlette/pull/3193",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles",),
)
LONG_SUFFIX_CLAMPED = Change(
    "starlette",
    "1.3.0",
    "fix",
    "A suffix range longer than the file was 416; now it means the whole file.",
    "https://github.com/Kludex/starlette/pull/3307",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
GZIP_WITHOUT_TIME = Change(
    "starlette",
    "1.4.0",
    "change",
    "The gzip header that GZipMiddleware writes had the time; now it has none, and names Unix as "
    "the system.",
    "https://github.com/Kludex/starlette/pull/3411",
    noticed_by=("nobody",),
    reached_by=("GZipMiddleware",),
)
GZIPPED_CHUNKS_FLUSHED = Change(
    "starlette",
    "1.5.0",
    "fix",
    "GZipMiddleware held back the chunks of a stream to compress them together; now each is "
    "sent at once.",
    "https://github.com/Kludex/starlette/pull/3419",
    noticed_by=("JavaScript client",),
    reached_by=("GZipMiddleware",),
)
PARTS_NOT_GZIPPED = Change(
    "starlette",
    "1.5.0",
    "fix",
    "GZipMiddleware compressed a 206, whose Content-Range was wrong then; now a part is left "
    "as it is.",
    "https://github.com/Kludex/starlette/pull/3420",
    noticed_by=(
        "browser",
        "cache or CDN",
    ),
    reached_by=("GZipMiddleware",),
)
MEDIA_NOT_GZIPPED = Change(
    "starlette",
    "1.5.0",
    "change",
    "GZipMiddleware compressed images, audio, video, WOFF fonts and archives; now they are "
    "left as they are, and do not vary.",
    "https://github.com/Kludex/starlette/pull/3421",
    noticed_by=("cache or CDN",),
    reached_by=("GZipMiddleware",),
)
FORM_FIELDS_LIMITED = Change(
    "starlette",
    "1.3.1",
    "fix",
    "The limits of request.form() held for multipart forms only; now also for urlencoded ones.",
    "https://github.com/Kludex/starlette/pull/3329",
    noticed_by=("nobody",),
    reached_by=("form",),
)
EMPTY_RANGE_REFUSED = Change(
    "starlette",
    "1.5.1",
    "fix",
    "A range that ends one byte before its start was an empty 206; now it is 400.",
    "https://github.com/Kludex/starlette/pull/3389",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles", "FileResponse"),
)
HUNDRED_RANGES = Change(
    "starlette",
    "1.5.1",
    "fix",
    "A Range header with more than a hundred ranges was obeyed; now it is ignored.",
    "https://github.com/Kludex/starlette/pull/3430",
    noticed_by=("cache or CDN",),
    reached_by=("StaticFiles", "FileResponse"),
)
CORS_VARIES_ALWAYS = Change(
    "starlette",
    "1.7.0",
    "fix",
    "A response of CORSMiddleware to a request without Origin did not say Vary: Origin; now every "
    "response does.",
    "https://github.com/Kludex/starlette/pull/3516",
    noticed_by=("cache or CDN",),
    reached_by=("CORSMiddleware",),
)
PREFLIGHT_VARIES = Change(
    "starlette",
    "1.7.0",
    "fix",
    "Vary of a preflight's response did not list every request header that it depends on; now it "
    "does.",
    "https://github.com/Kludex/starlette/pull/3517",
    noticed_by=("cache or CDN",),
    reached_by=("CORSMiddleware",),
)
PAGE_OF_404_HAS_NO_PARTS = Change(
    "starlette",
    "1.7.0",
    "fix",
    "A part of a 404.html was sent as 206; now a Range is ignored where the status is not 200.",
    "https://github.com/Kludex/starlette/pull/3568",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("StaticFiles",),
)
STAR_MATCHES_EVERY_TAG = Change(
    "starlette",
    "1.7.0",
    "fix",
    "If-None-Match: * was 200 for a file that is there; now it is 304.",
    "https://github.com/Kludex/starlette/pull/3201",
    noticed_by=("cache or CDN", "JavaScript client"),
    reached_by=("StaticFiles",),
)
HOST_GRAMMAR = Change(
    "starlette",
    "1.7.0",
    "fix",
    "Host follows RFC 3986: a name may hold _ and other unusual characters; an impossible IPv6 "
    "address or port is malformed.",
    "https://github.com/Kludex/starlette/pull/3472",
    noticed_by=("browser", "proxy"),
)
QUERY_ALLOWED = Change(
    "starlette",
    "1.7.0",
    "feature",
    "With every method allowed, CORSMiddleware did not allow QUERY; now it does.",
    "https://github.com/Kludex/starlette/pull/3489",
    noticed_by=("JavaScript client",),
    reached_by=("CORSMiddleware",),
)
IPV6_HOSTS_TRUSTED = Change(
    "starlette",
    "1.7.0",
    "fix",
    "TrustedHostMiddleware refused an IPv6 address in Host, such as [::1]:80; now it compares "
    "it with its list.",
    "https://github.com/Kludex/starlette/pull/3471",
    noticed_by=(
        "browser",
        "proxy",
    ),
    reached_by=("TrustedHostMiddleware",),
)
FILE_HEEDS_DISCONNECT = Change(
    "starlette",
    "1.8.0",
    "fix",
    "A file's transfer went on when the client had left; now it ends. Since the app listens for "
    "that, Expect: 100-continue gets a 100 before the file.",
    "https://github.com/Kludex/starlette/pull/3523",
    noticed_by=("proxy",),
    reached_by=("StaticFiles", "FileResponse"),
)
FILES_ALLOW_ON_405 = Change(
    "starlette",
    "1.8.0",
    "fix",
    "The 405 of StaticFiles had no Allow; now it lists GET and HEAD.",
    "https://github.com/Kludex/starlette/pull/3640",
    noticed_by=("nobody",),
    reached_by=("StaticFiles",),
)
PATH_DELIMITERS_ESCAPED = Change(
    "starlette",
    "1.9.0",
    "fix",
    "A ? or # within the path lost its escape in the Location of a redirect; now it keeps it.",
    "https://github.com/Kludex/starlette/pull/3671",
    noticed_by=("browser", "JavaScript client"),
)
HOSTS_IN_ANY_CASE = Change(
    "starlette",
    "1.9.0",
    "fix",
    "TrustedHostMiddleware refused a Host with capitals, and a Host route did not match it, "
    "or gave its parameters capitals; now both take it in lower case.",
    "https://github.com/Kludex/starlette/pull/3542",
    noticed_by=("proxy",),
    reached_by=(
        "TrustedHostMiddleware",
        "Host",
    ),
)
ENDPOINTS_ALLOW_HEAD = Change(
    "starlette",
    "1.9.0",
    "fix",
    "The 405 of an HTTPEndpoint with get did not list HEAD in Allow, which it takes; now it does.",
    "https://github.com/Kludex/starlette/compare/1.8.0...1.9.0",
    noticed_by=("nobody",),
    reached_by=("HTTPEndpoint",),
)
VARY_LINES_JOINED_BY_CORS = Change(
    "starlette",
    "1.7.0",
    "fix",
    "Of several lines of Vary, CORSMiddleware kept the first one only, beside its own Origin; now "
    "it keeps all of them.",
    "https://github.com/Kludex/starlette/compare/1.6.0...1.7.0",
    noticed_by=("cache or CDN",),
    reached_by=("CORSMiddleware",),
)
VARY_LINES_JOINED = Change(
    "starlette",
    "1.9.0",
    "fix",
    "Of several lines of Vary, GZipMiddleware and SessionMiddleware kept the first one only, "
    "beside their own; now they keep all of them.",
    "https://github.com/Kludex/starlette/compare/1.8.0...1.9.0",
    noticed_by=("cache or CDN",),
    reached_by=("GZipMiddleware", "SessionMiddleware"),
)
WIDE_MEMORYVIEWS_WHOLE = Change(
    "starlette",
    "1.9.0",
    "fix",
    "The Content-Length of a memoryview counted its items, so that clients cut the body where an "
    "item has several bytes; now it counts bytes.",
    "https://github.com/Kludex/starlette/compare/1.8.0...1.9.0",
    noticed_by=("browser", "JavaScript client", "proxy"),
    reached_by=("memoryview",),
)
STATIC_FILES_CLOSE_WEBSOCKETS = Change(
    "starlette",
    "1.7.0",
    "fix",
    "A WebSocket handshake to a folder of static files gets 403; it was 500, and a traceback "
    "in the log.",
    "https://github.com/Kludex/starlette/pull/3532",
    noticed_by=("JavaScript client",),
    reached_by=("StaticFiles",),
)
PINGS_ARE_EVENTS = Change(
    "sse-starlette",
    "0.3.2",
    "fix",
    "A ping was one more message; now it is an event of the type ping.",
    "https://github.com/sysid/sse-starlette/pull/3",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
LEAVING_STOPS_STREAM = Change(
    "sse-starlette",
    "0.5.0",
    "fix",
    "A stream whose client leaves ended when its next event was there; now it ends at once.",
    "https://github.com/sysid/sse-starlette/commit/8780d06",
    noticed_by=("nobody",),
)
DEPRECATED_WAIT = Change(
    "sse-starlette",
    "0.5.0",
    "change",
    "Streams use run_until_first_complete, which today's Starlette deprecates: the log has a "
    "warning.",
    "https://github.com/sysid/sse-starlette/commit/8780d06",
    last="0.9.0",
    noticed_by=("nobody",),
)
SIGNAL_ENDS_STREAMS = Change(
    "sse-starlette",
    "0.6.0",
    "feature",
    "On SIGTERM or SIGINT a stream went on until its client left; now it ends at its next event.",
    "https://github.com/sysid/sse-starlette/commit/2e995a3",
    noticed_by=("JavaScript client", "proxy"),
)
EXIT_FLAG_STAYS = Change(
    "sse-starlette",
    "0.6.0",
    "regression",
    "Where SIGTERM or SIGINT has ended a server, the streams of every later server of its process "
    "end before their first event.",
    "https://github.com/modelcontextprotocol/python-sdk/issues/3494",
    noticed_by=("JavaScript client", "proxy"),
    reached_by=("EventSourceResponse",),
)
SIGNAL_CUTS_STREAMS = Change(
    "sse-starlette",
    "0.6.2",
    "change",
    "On SIGTERM or SIGINT a stream is cut, whether or not an event comes, and uvicorn complains.",
    "https://github.com/sysid/sse-starlette/commit/4efaffc",
    noticed_by=("JavaScript client", "proxy"),
)
EVENTS_AS_THEY_ARE = Change(
    "sse-starlette",
    "0.10.0",
    "feature",
    "Bytes and event objects were written as text, such as data: b'one'; now they are sent as they "
    "are. Text ended its lines as `sep` says; now always in CRLF.",
    "https://github.com/sysid/sse-starlette/commit/8d78d76",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
PINGS_OF_THE_APP = Change(
    "sse-starlette",
    "0.10.0",
    "feature",
    "A stream with a `ping_message_factory` was 500; now what that makes is sent as a ping.",
    "https://github.com/sysid/sse-starlette/commit/54895b9",
    noticed_by=("JavaScript client",),
    reached_by=("ping_message_factory",),
)
COMMENTS_TAKEN = Change(
    "sse-starlette",
    "0.10.0",
    "feature",
    "A stream failed where an event has a comment or no data; now a comment is sent, without the "
    "rest of its event, and no data as None.",
    "https://github.com/sysid/sse-starlette/commit/72301ee",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
EXPECTATION_HEARD = Change(
    "sse-starlette",
    "0.10.0",
    "change",
    "The app listens to its client before the stream begins: Expect: 100-continue gets a 100.",
    "https://github.com/sysid/sse-starlette/pull/27",
    last="2.3.4",
    noticed_by=("proxy",),
    reached_by=("EventSourceResponse",),
)
STREAM_NAMES_CHARSET = Change(
    "sse-starlette",
    "0.10.2",
    "fix",
    "The Content-Type of a stream had no charset; now it names utf-8.",
    "https://github.com/sysid/sse-starlette/commit/9b40be2",
    noticed_by=("JavaScript client", "proxy"),
    reached_by=("EventSourceResponse",),
)
OWN_MEDIA_TYPE = Change(
    "sse-starlette",
    "0.10.2",
    "fix",
    "The media_type of a stream was ignored; now it is the Content-Type.",
    "https://github.com/sysid/sse-starlette/commit/9b40be2",
    noticed_by=("JavaScript client", "proxy"),
    reached_by=("EventSourceResponse",),
)
CACHE_CONTROL_KEPT = Change(
    "sse-starlette",
    "1.1.0",
    "feature",
    "A Cache-Control that the app gives a stream was replaced; now it is sent.",
    "https://github.com/sysid/sse-starlette/pull/35",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("EventSourceResponse",),
)
ANY_ITERABLE = Change(
    "sse-starlette",
    "1.2.1",
    "feature",
    "A stream of an asynchronous iterable that is no generator failed; now it is sent.",
    "https://github.com/sysid/sse-starlette/commit/8a549fc",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
LAST_STREAM_HEARS = Change(
    "sse-starlette",
    "1.3.3",
    "regression",
    "In these releases only the last of several streams ends on SIGTERM or SIGINT.",
    "https://github.com/sysid/sse-starlette/pull/45",
    last="1.6.0",
    noticed_by=("JavaScript client", "proxy"),
)
PINGS_ARE_COMMENTS = Change(
    "sse-starlette",
    "1.4.0",
    "change",
    "A ping was an event; now it is a comment, which no client takes for an event.",
    "https://github.com/sysid/sse-starlette/pull/53",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
COMMENTS_BESIDE_FIELDS = Change(
    "sse-starlette",
    "1.4.0",
    "fix",
    "A comment replaced the fields of its event, and did not end it; now it stands before them. An "
    "event without data had data: None; now it has no data.",
    "https://github.com/sysid/sse-starlette/pull/53",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
SEPARATOR_HEEDED = Change(
    "sse-starlette",
    "1.6.5",
    "fix",
    "The lines of an event ended in CRLF whatever `sep` says; now text and dictionaries heed it, "
    "and it may be LF, CR or CRLF only. A dictionary that the app yields is given a key sep.",
    "https://github.com/sysid/sse-starlette/issues/65",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
LOOP_KEPT = Change(
    "sse-starlette",
    "1.6.1",
    "regression",
    "In these releases the streams of a second event loop of a process fail before their first "
    "event.",
    "https://github.com/sysid/sse-starlette/issues/59",
    last="2.4.1",
    noticed_by=("JavaScript client", "proxy"),
    reached_by=("EventSourceResponse",),
)
PINGS_END_AS_EVENTS = Change(
    "sse-starlette",
    "2.1.0",
    "fix",
    "The lines of a ping ended in CRLF whatever `sep` says; now they heed it, as events do.",
    "https://github.com/sysid/sse-starlette/pull/91",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
BYTES_UNREAD = Change(
    "sse-starlette",
    "2.1.0",
    "fix",
    "A stream was cut at bytes that are no UTF-8, such as half a character; now they are sent.",
    "https://github.com/sysid/sse-starlette/pull/93",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
PING_TIME_HAS_ZONE = Change(
    "sse-starlette",
    "2.1.0",
    "change",
    "The time in a ping had no zone; now it ends in its offset from UTC.",
    "https://github.com/sysid/sse-starlette/commit/b93894f",
    noticed_by=("nobody",),
    reached_by=("EventSourceResponse",),
)
STREAM_NOT_STORED = Change(
    "sse-starlette",
    "2.1.3",
    "fix",
    "The Cache-Control of a stream was no-cache; now it is no-store.",
    "https://github.com/sysid/sse-starlette/pull/105",
    noticed_by=("browser", "cache or CDN"),
    reached_by=("EventSourceResponse",),
)
NUMBERS_REFUSED = Change(
    "sse-starlette",
    "2.2.0",
    "regression",
    "A number as id or event of an event was sent; now the stream is cut there.",
    "https://github.com/sysid/sse-starlette/commit/52341f4",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
JSON_EVENTS = Change(
    "sse-starlette",
    "2.4.0",
    "feature",
    "There was no JSONServerSentEvent; now its data are sent as JSON.",
    "https://github.com/sysid/sse-starlette/pull/136",
    noticed_by=("JavaScript client",),
    reached_by=("JSONServerSentEvent",),
)
SIGNAL_UNHEARD = Change(
    "sse-starlette",
    "3.0.0",
    "regression",
    "In these releases SIGTERM and SIGINT end no stream: the server goes on until the last client "
    "has left.",
    "https://github.com/sysid/sse-starlette/issues/149",
    last="3.0.4",
    noticed_by=("JavaScript client", "proxy"),
)
LATE_IMPORT_HEARS = Change(
    "sse-starlette",
    "3.1.1",
    "fix",
    "Where uvicorn had signal handlers before it imported the app, a signal ended no stream; now "
    "it does.",
    "https://github.com/sysid/sse-starlette/pull/151",
    noticed_by=("JavaScript client", "proxy"),
)
WATCHER_PER_STREAM = Change(
    "sse-starlette",
    "3.1.0",
    "regression",
    "Each stream leaves a task that checks twice a second whether the server shuts down, until "
    "the server ends.",
    "https://github.com/sysid/sse-starlette/issues/152",
    last="3.1.1",
    noticed_by=("nobody",),
    reached_by=("EventSourceResponse",),
)
NO_PINGS_BY_ZERO = Change(
    "sse-starlette",
    "3.4.9",
    "fix",
    "With `ping=0` pings were sent as fast as the loop turns; now none is.",
    "https://github.com/sysid/sse-starlette/issues/206",
    noticed_by=("JavaScript client", "proxy"),
    reached_by=("EventSourceResponse",),
)
EXIT_FLAG_COPIED = Change(
    "sse-starlette",
    "3.1.1",
    "regression",
    "Where a server ends beside a stream, the streams of every later server of its process end "
    "before their first event.",
    "https://github.com/sysid/sse-starlette/issues/211",
    last="3.4.11",
    noticed_by=("JavaScript client", "proxy"),
    reached_by=("EventSourceResponse",),
)
HEAD_OPENS_NO_STREAM = Change(
    "sse-starlette",
    "3.6.0",
    "fix",
    "HEAD started the stream, which nobody would read; now it does not.",
    "https://github.com/sysid/sse-starlette/issues/218",
    noticed_by=("proxy",),
    reached_by=("EventSourceResponse",),
)
DICTIONARIES_KEPT = Change(
    "sse-starlette",
    "3.7.0",
    "fix",
    "A dictionary that the app yields was given a key sep; now it is left as it is.",
    "https://github.com/sysid/sse-starlette/compare/v3.6.0...v3.7.0",
    noticed_by=("JavaScript client",),
    reached_by=("EventSourceResponse",),
)
SOCKET_REMOVED = Change(
    "uvicorn",
    "0.15.0",
    "fix",
    "With --uds, the socket's file stayed when the server ended; now it is removed.",
    "https://github.com/Kludex/uvicorn/pull/1009",
    noticed_by=("nobody",),
)
PARENT_ENDS_CHILDREN = Change(
    "uvicorn",
    "0.15.0",
    "fix",
    "With --workers and --reload, a signal to the parent process ended no child, and the parent "
    "waited for ever; now it ends its children, and itself.",
    "https://github.com/Kludex/uvicorn/pull/1069",
    noticed_by=("nobody",),
)
ENDS_OF_CONNECTIONS_LOGGED = Change(
    "uvicorn",
    "0.17.1",
    "regression",
    "In this release the end of every connection is logged as an error, a cancelled task.",
    "https://github.com/Kludex/uvicorn/pull/1332",
    last="0.17.1",
    noticed_by=("nobody",),
)
INVALID_ANSWERED = Change(
    "uvicorn",
    "0.17.5",
    "change",
    "An invalid request got no response, and the connection was closed; now it gets 400.",
    "https://github.com/Kludex/uvicorn/pull/1352",
    noticed_by=("proxy",),
)
TARGET_PUT_TOGETHER = Change(
    "uvicorn",
    "0.17.5",
    "fix",
    "With httptools, a target that comes in two pieces closed the connection; now it is put "
    "together, as with h11.",
    "https://github.com/Kludex/uvicorn/pull/1263",
    noticed_by=("browser", "JavaScript client", "proxy"),
)
UPGRADE_REFUSAL_EXPLAINED = Change(
    "uvicorn",
    "0.17.5",
    "change",
    "With h11, the 400 to a request to upgrade did not say which libraries are lacking; now it "
    "does, as with httptools.",
    "https://github.com/Kludex/uvicorn/pull/1370",
    noticed_by=("nobody",),
)
LOGGING_UNCONFIGURED = Change(
    "uvicorn",
    "0.18.0",
    "regression",
    "In these releases uvicorn.run() does not set up uvicorn's own logging: what it logs shows "
    "only where the app logs, and the access log without the phrase of the status.",
    "https://github.com/Kludex/uvicorn/pull/1541",
    last="0.18.1",
    noticed_by=("nobody",),
)
NO_TRACEBACK_OF_INVALID = Change(
    "uvicorn",
    "0.18.0",
    "fix",
    "An invalid request was logged with a traceback; now it is logged in a line.",
    "https://github.com/Kludex/uvicorn/pull/1518",
    noticed_by=("nobody",),
)
CLOSED_CONNECTIONS_LET_GO = Change(
    "uvicorn",
    "0.18.3",
    "fix",
    "What belongs to a connection that its client has closed was kept until the keep-alive time "
    "was over; now it is freed at once.",
    "https://github.com/Kludex/uvicorn/pull/1604",
    noticed_by=("nobody",),
)
LOGGED_ONCE = Change(
    "uvicorn",
    "0.19.0",
    "fix",
    "What uvicorn logs of itself was logged a second time by the root logger of the app; now it "
    "is not.",
    "https://github.com/Kludex/uvicorn/pull/1288",
    noticed_by=("nobody",),
)
DATE_RENEWED = Change(
    "uvicorn",
    "0.19.0",
    "fix",
    "All responses on a connection had the date of its begin; now each has the date of now.",
    "https://github.com/Kludex/uvicorn/pull/1706",
    noticed_by=("cache or CDN",),
)
UPGRADES_IGNORED = Change(
    "uvicorn",
    "0.19.0",
    "feature",
    "A request to upgrade to what the server does not speak was 400; now it is handled as any "
    "other.",
    "https://github.com/Kludex/uvicorn/pull/1661",
    noticed_by=("JavaScript client", "proxy"),
)
WEBSOCKET_HINT_QUOTED = Change(
    "uvicorn",
    "0.22.0",
    "fix",
    "The hint to install a WebSocket library can be pasted into any shell.",
    "https://github.com/Kludex/uvicorn/pull/1915",
    noticed_by=("nobody",),
)
SHUTDOWN_DEADLINE = Change(
    "uvicorn",
    "0.22.0",
    "feature",
    "`--timeout-graceful-shutdown N` cancels what is under way N seconds after SIGTERM; there was "
    "no such option, and the server waited for the last client.",
    "https://github.com/Kludex/uvicorn/pull/1950",
    noticed_by=("JavaScript client", "proxy"),
)
WAITING_ANSWER_KEPT = Change(
    "uvicorn",
    "0.27.1",
    "fix",
    "A response to a request that came together with another one was cut after 5 s; now it is not.",
    "https://github.com/Kludex/uvicorn/pull/2243",
    noticed_by=("proxy",),
)
LEAVING_RAISES = Change(
    "uvicorn",
    "0.28.0",
    "regression",
    "In this release the request for a stream fails when its client leaves: ClientDisconnected is "
    "raised into the app, and background tasks of responses whose clients have left are lost.",
    "https://github.com/Kludex/uvicorn/issues/2271",
    last="0.28.0",
    noticed_by=("nobody",),
)
LEAVING_SHOWS_IN_SENDING = Change(
    "uvicorn",
    "0.28.0",
    "change",
    "By ASGI 2.4, sending fails once the client has left; Starlette 1.8.0 and newer then does not "
    "listen for that beside a file, so Expect: 100-continue gets no 100.",
    "https://github.com/Kludex/uvicorn/pull/2220",
    last="0.32.0",
    noticed_by=("proxy",),
    reached_by=("StaticFiles", "FileResponse"),
)
LEFT_STREAM_GOES_ON = Change(
    "uvicorn",
    "0.28.1",
    "regression",
    "The generator of a StreamingResponse goes on for ever once its client has left: uvicorn "
    "declares ASGI 2.4, by which sending must fail then, but it does not.",
    "https://github.com/Kludex/uvicorn/pull/2513",
    last="0.32.0",
    noticed_by=("nobody",),
    reached_by=("StreamingResponse",),
)
SIGNALS_RAISED_AGAIN = Change(
    "uvicorn",
    "0.29.0",
    "feature",
    "After a graceful shutdown by SIGTERM the status was 0; now uvicorn raises the signal again, "
    "which ends the process.",
    "https://github.com/Kludex/uvicorn/pull/1600",
    noticed_by=("nobody",),
)
ERRORS_HAVE_LENGTH = Change(
    "uvicorn",
    "0.30.0",
    "change",
    "A 503 that uvicorn itself sends has Content-Length, and with httptools a 500, too; both were "
    "chunked.",
    "https://github.com/Kludex/uvicorn/pull/2304",
    noticed_by=("proxy",),
)
HANDLERS_BEFORE_APP = Change(
    "uvicorn",
    "0.29.0",
    "regression",
    "`uvicorn module:app` installs signal handlers before it imports the app: sse-starlette, which "
    "replaces the handler on import, hears no signal, and SIGTERM hangs while a stream is open.",
    "https://github.com/sysid/sse-starlette/issues/132",
    noticed_by=("JavaScript client", "proxy"),
)
WORKERS_REPLACED = Change(
    "uvicorn",
    "0.30.0",
    "feature",
    "With --workers, a worker that had ended was missing; now it is replaced, and the parent logs "
    "signals and what it does with its workers.",
    "https://github.com/Kludex/uvicorn/pull/2183",
    noticed_by=("nobody",),
)
WORKERS_REPLACED_TOGETHER = Change(
    "uvicorn",
    "0.30.2",
    "fix",
    "With --workers, where two workers had ended at once, the parent lost one of the new ones, and "
    "waited for it for ever when it was to end; now it keeps all, and ends.",
    "https://github.com/Kludex/uvicorn/pull/2373",
    noticed_by=("nobody",),
)
SOCKET_REMOVED_IN_ANY_CASE = Change(
    "uvicorn",
    "0.30.0",
    "fix",
    "With --uds, the socket's file stayed after SIGINT, and a file of its name where the server "
    "could not listen; now both are removed. After SIGTERM it stays.",
    "https://github.com/Kludex/uvicorn/pull/2317",
    noticed_by=("nobody",),
)
INTERRUPT_KEPT_QUIET = Change(
    "uvicorn",
    "0.30.3",
    "fix",
    "SIGINT ended the process with the traceback of a KeyboardInterrupt; now with status 0, and "
    "without it.",
    "https://github.com/Kludex/uvicorn/pull/2384",
    noticed_by=("nobody",),
)
H11_STOPS_AT_CLOSE = Change(
    "uvicorn",
    "0.30.4",
    "fix",
    "With h11, what follows a last request on its connection spoiled the response to it; now it "
    "does not.",
    "https://github.com/Kludex/uvicorn/pull/2375",
    noticed_by=("proxy",),
)
UPGRADES_WARNED_OF_ONCE = Change(
    "uvicorn",
    "0.30.6",
    "fix",
    "With httptools a request to upgrade was warned of thrice, and with h11 only for WebSocket; "
    "now once, whatever the protocol.",
    "https://github.com/Kludex/uvicorn/pull/2360",
    noticed_by=("nobody",),
)
FORWARDED_SCHEME_CHECKED = Change(
    "uvicorn",
    "0.31.0",
    "fix",
    "An X-Forwarded-Proto that is none of http, https, ws and wss became the scheme, in Location "
    "too, and an app that reads request.url failed with it for want of a Host; now it is ignored.",
    "https://github.com/Kludex/uvicorn/pull/2468",
    noticed_by=("browser", "proxy"),
)
FORWARDED_CLIENT_USABLE = Change(
    "uvicorn",
    "0.31.0",
    "fix",
    "The client's address was empty where X-Forwarded-For is empty, or None where that names "
    "trusted proxies only; now it is the peer's, or the first proxy's.",
    "https://github.com/Kludex/uvicorn/pull/2468",
    noticed_by=("proxy",),
)
HTTPTOOLS_STOPS_AT_CLOSE = Change(
    "uvicorn",
    "0.32.1",
    "fix",
    "With httptools, what follows a last request on its connection spoiled the response to it; "
    "now it does not.",
    "https://github.com/Kludex/uvicorn/pull/2488",
    noticed_by=("proxy",),
)
EXIT_DISCONNECTS = Change(
    "uvicorn",
    "0.43.0",
    "change",
    "In these releases, on shutdown, the app receives http.disconnect for a stream that is open.",
    "https://github.com/Kludex/uvicorn/pull/2829",
    last="0.44.0",
    noticed_by=("JavaScript client", "proxy"),
)
FORWARDED_PORT_KEPT = Change(
    "uvicorn",
    "0.45.0",
    "fix",
    "A port in X-Forwarded-For was a part of the client's address; now it is the client's port, "
    "and a trusted proxy may have one.",
    "https://github.com/Kludex/uvicorn/pull/2903",
    noticed_by=("proxy",),
)
FORWARDED_TWICE_IGNORED = Change(
    "uvicorn",
    "0.48.0",
    "regression",
    "In this release X-Forwarded-Proto and X-Forwarded-For are ignored where a request has "
    "several lines of them: behind two proxies Location is http, and the client is the proxy.",
    "https://github.com/Kludex/uvicorn/pull/2944",
    last="0.48.0",
    noticed_by=("browser", "proxy"),
)
FORWARDED_LINES_JOINED = Change(
    "uvicorn",
    "0.49.0",
    "fix",
    "Of several lines of X-Forwarded-For only the last one counted; now they are one list.",
    "https://github.com/Kludex/uvicorn/pull/2971",
    noticed_by=("proxy",),
)
APP_BEFORE_HANDLERS = Change(
    "uvicorn",
    "0.47.0",
    "fix",
    "`uvicorn module:app` imports the app before it installs signal handlers: sse-starlette hears "
    "a signal again; not so in workers and with --reload.",
    "https://github.com/Kludex/uvicorn/pull/2919",
    noticed_by=("JavaScript client", "proxy"),
)
PARENT_IMPORTS_APP = Change(
    "uvicorn",
    "0.47.0",
    "change",
    "With --workers and --reload, an app that could not be imported ended only workers; now the "
    "parent process imports it, too, and ends with status 1.",
    "https://github.com/Kludex/uvicorn/pull/2919",
    last="0.49.0",
    noticed_by=("nobody",),
)
WORKER_ENDS_PARENT = Change(
    "uvicorn",
    "0.50.0",
    "change",
    "With --workers, workers that could not import the app were started again for ever; now the "
    "server ends, with status 0.",
    "https://github.com/Kludex/uvicorn/pull/3001",
    noticed_by=("nobody",),
)
STARTUP_FAILS_WITH_3 = Change(
    "uvicorn",
    "0.50.0",
    "change",
    "Where the port was taken, or the app could not be imported, the exit status was 1; now it is "
    "3.",
    "https://github.com/Kludex/uvicorn/pull/3001",
    noticed_by=("nobody",),
)
CLOSE_HEEDED = Change(
    "uvicorn",
    "0.53.0",
    "fix",
    "With httptools, Connection: close in capitals or in a list, and a version below 1.0, did not "
    "close the connection; now they do, as with h11.",
    "https://github.com/Kludex/uvicorn/issues/3074",
    noticed_by=("proxy",),
)
CLOSE_ANNOUNCED = Change(
    "uvicorn",
    "0.53.0",
    "fix",
    "With httptools, not every response after which the connection closes said Connection: close; "
    "now each does, as with h11.",
    "https://github.com/Kludex/uvicorn/issues/3074",
    noticed_by=("proxy",),
)
HANDSHAKES_LOGGED = Change(
    "uvicorn",
    "0.15.0",
    "fix",
    "With websockets, a handshake and its end show in uvicorn's own log; they showed only "
    "where the app logs.",
    "https://github.com/Kludex/uvicorn/pull/1070",
    noticed_by=("nobody",),
)
HANDSHAKE_TARGETS_QUOTED = Change(
    "uvicorn",
    "0.19.0",
    "fix",
    "A handshake is logged with its query, and its path is quoted, as that of any request.",
    "https://github.com/Kludex/uvicorn/pull/1385",
    noticed_by=("nobody",),
)
HANDSHAKES_NAME_NO_SERVER = Change(
    "uvicorn",
    "0.20.0",
    "change",
    "With websockets, the response to a handshake does not name Python and websockets with "
    "their versions in Server.",
    "https://github.com/Kludex/uvicorn/pull/1606",
    noticed_by=("nobody",),
)
HANDSHAKE_HEADERS_KEPT = Change(
    "uvicorn",
    "0.21.0",
    "fix",
    "With websockets, a handshake may have bytes beyond ASCII in a header; it got 500.",
    "https://github.com/Kludex/uvicorn/pull/1005",
    noticed_by=("browser", "JavaScript client"),
)
WSPROTO_500_HAS_BODY = Change(
    "uvicorn",
    "0.21.0",
    "fix",
    "With wsproto, a 500 to a handshake has a body, and a Content-Type; it was empty.",
    "https://github.com/Kludex/uvicorn/pull/1816",
    noticed_by=("nobody",),
)
WSPROTO_500_HAS_LENGTH = Change(
    "uvicorn",
    "0.34.0",
    "fix",
    "With wsproto, a 500 to a handshake has a Content-Length instead of chunks.",
    "https://github.com/Kludex/uvicorn/pull/2542",
    noticed_by=("nobody",),
)
HANDSHAKE_CLIENTS_FORMATTED = Change(
    "uvicorn",
    "0.34.3",
    "fix",
    "A handshake is logged with its client as `127.0.0.1:4711`, as any request; it was "
    "`('127.0.0.1', 4711)`.",
    "https://github.com/Kludex/uvicorn/pull/2636",
    noticed_by=("nobody",),
)
APPS_HEAR_OF_RESTARTS = Change(
    "uvicorn",
    "0.20.0",
    "fix",
    "With websockets, on shutdown an app received 1006 as the close code of its WebSockets; now "
    "it receives 1012.",
    "https://github.com/Kludex/uvicorn/pull/1753",
    noticed_by=("nobody",),
)
SHUTDOWN_CLOSES_WEBSOCKETS = Change(
    "uvicorn",
    "0.21.0",
    "fix",
    "With websockets, a WebSocket that is open on shutdown ended without a close; now it is closed "
    "with 1012.",
    "https://github.com/Kludex/uvicorn/pull/1816",
    noticed_by=("browser", "JavaScript client"),
)
RETURNS_WITHOUT_CLOSE = Change(
    "uvicorn",
    "0.23.2",
    "change",
    "With websockets, a WebSocket whose handler returns was closed with 1000; now it ends without "
    "a close.",
    "https://github.com/Kludex/uvicorn/compare/0.23.1...0.23.2",
    noticed_by=("browser", "JavaScript client"),
)
CONNECTIONS_CLOSED_FIRST = Change(
    "uvicorn",
    "0.24.0",
    "fix",
    "On Python 3.12 and later, the server waited until its clients had closed their connections "
    "before it asked idle ones to close: SIGTERM and Ctrl-C did not end it; now it asks first.",
    "https://github.com/Kludex/uvicorn/pull/2145",
    noticed_by=("proxy",),
    beside="python>=3.12",
)
DENIALS_SENT = Change(
    "uvicorn",
    "0.25.0",
    "feature",
    "A response that an app sends instead of accepting a WebSocket was 500; now it is sent.",
    "https://github.com/Kludex/uvicorn/pull/1916",
    noticed_by=("browser", "JavaScript client"),
    reached_by=("send_denial_response",),
)
SUBPROTOCOLS_SPLIT = Change(
    "uvicorn",
    "0.50.1",
    "fix",
    "With the Sans-I/O layer of websockets, an app saw several subprotocols of a handshake as one; "
    "now it sees each.",
    "https://github.com/Kludex/uvicorn/compare/0.50.0...0.50.1",
    noticed_by=("JavaScript client",),
)
DENIALS_FRAMED_ONCE = Change(
    "uvicorn",
    "0.52.1",
    "fix",
    "With the Sans-I/O layer of websockets, a response that an app sends instead of accepting a "
    "WebSocket had its Content-Length and Content-Type twice; now it has them once.",
    "https://github.com/Kludex/uvicorn/pull/3041",
    noticed_by=("browser", "JavaScript client", "proxy"),
)
FAILED_HANDSHAKES_ANSWERED = Change(
    "websockets",
    "12.0",
    "fix",
    "With its Sans-I/O layer, an app that failed before it accepted a WebSocket left the client "
    "waiting; now the response is a 500.",
    "https://github.com/python-websockets/websockets/compare/11.0.3...12.0",
    noticed_by=("JavaScript client", "proxy"),
)
EMPTY_CLOSES_KEPT = Change(
    "wsproto",
    "1.2.0",
    "fix",
    "The server replied to a WebSocket close without a code with 1000; now it replies without a "
    "code.",
    "https://github.com/python-hyper/wsproto/pull/153",
    noticed_by=("nobody",),
)
SANSIO_BY_DEFAULT = Change(
    "uvicorn",
    "0.50.0",
    "change",
    "With websockets, handshakes are read by its Sans-I/O layer: other headers come back, a "
    "Content-Type names its charset, malformed extensions, Origin and subprotocols are "
    "refused with 400, and a handshake with a body, or whose head is too long, gets no "
    "response at all. Releases of websockets before 11.0 do not start.",
    "https://github.com/Kludex/uvicorn/pull/2985",
    noticed_by=("JavaScript client", "proxy"),
)
HANDSHAKE_HEADERS_LATIN_1 = Change(
    "uvicorn",
    "0.52.0",
    "fix",
    "With websockets 17.0 and newer, a handshake may have bytes beyond ASCII in a header; its "
    "connection was closed without a response.",
    "https://github.com/Kludex/uvicorn/pull/3036",
    noticed_by=("browser", "JavaScript client"),
)
TARGETS_CHECKED = Change(
    "h11",
    "0.9.0",
    "security",
    "With h11, a target with a control character reached the app, and one with bytes beyond ASCII "
    "closed the connection without a response; now both get 400.",
    "https://github.com/python-hyper/h11/pull/69",
    noticed_by=("proxy",),
)
CONTROLS_TAKEN = Change(
    "h11",
    "0.9.0",
    "feature",
    "With h11, a control character in a header's value, as in cookies of Google Analytics, got "
    "400; now the request reaches the app.",
    "https://github.com/python-hyper/h11/pull/68",
    noticed_by=("browser", "proxy"),
)
LENGTHS_MERGED = Change(
    "h11",
    "0.11.0",
    "feature",
    "With h11, several Content-Length headers with the same value got 400; now they count as one.",
    "https://github.com/python-hyper/h11/issues/92",
    noticed_by=("proxy",),
)
H11_WRITES_CAPITALS = Change(
    "h11",
    "0.11.0",
    "change",
    "The headers that h11 adds to a response were connection and transfer-encoding; now they are "
    "Connection and Transfer-Encoding.",
    "https://github.com/python-hyper/h11/issues/31",
    noticed_by=("nobody",),
)
LF_ENDS_LINES = Change(
    "h11",
    "0.12.0",
    "feature",
    "With h11, a line break without a carriage return in a request's head got 400, or the server "
    "waited for more; now it ends a line.",
    "https://github.com/python-hyper/h11/issues/7",
    noticed_by=("proxy",),
)
BINARY_REFUSED_EARLY = Change(
    "h11",
    "0.12.0",
    "feature",
    "With h11, bytes that begin with a control character, as TLS does, got no response until the "
    "head ended; now they get 400 at once.",
    "https://github.com/python-hyper/h11/issues/122",
    noticed_by=("proxy",),
)
PROTOCOL_ERRORS_SHORT = Change(
    "h11",
    "0.13.0",
    "change",
    "A protocol error of h11 was logged with two tracebacks; now with one.",
    "https://github.com/python-hyper/h11/pull/132",
    noticed_by=("nobody",),
)
CHUNK_BLANKS_TAKEN = Change(
    "h11",
    "0.14.0",
    "feature",
    "With h11, blanks behind the size of a chunk were 400; now they are accepted.",
    "https://github.com/python-hyper/h11/issues/133",
    noticed_by=("proxy",),
)
LONG_LENGTHS_REFUSED = Change(
    "h11",
    "0.15.0",
    "fix",
    "A Content-Length of more than 20 digits was accepted; now it is refused.",
    "https://github.com/python-hyper/h11/issues/181",
    noticed_by=("proxy",),
)
CHUNK_ENDS_CHECKED = Change(
    "h11",
    "0.16.0",
    "security",
    "Any two bytes were accepted as the end of a chunk; now it must be CRLF (CVE-2025-43859).",
    "https://github.com/python-hyper/h11/security/advisories/GHSA-vqfr-h8mv-ghfj",
    noticed_by=("proxy",),
)
CHUNK_SIZES_STRICT = Change(
    "httptools",
    "0.6.0",
    "security",
    "With httptools, a blank or a lone ; behind the size of a chunk, and a folded line before the "
    "first header, or as the begin of Transfer-Encoding, were accepted; now they are 400.",
    "https://github.com/MagicStack/httptools/pull/91",
    noticed_by=("proxy",),
)
HEADS_STRICT = Change(
    "httptools",
    "0.6.3",
    "security",
    "With httptools, a line break without a carriage return, a folded line, a blank in a header's "
    "name, no name, a chunk without a line break behind it, and Content-Length as a trailer were "
    "accepted; now they are 400.",
    "https://github.com/MagicStack/httptools/pull/113",
    noticed_by=("proxy",),
)
QUERY_KNOWN = Change(
    "httptools",
    "0.6.3",
    "feature",
    "With httptools, a request with the method QUERY was 400; now it reaches the app.",
    "https://github.com/MagicStack/httptools/pull/113",
    noticed_by=("JavaScript client",),
)
LONG_TARGETS_REFUSED = Change(
    "httptools",
    "0.8.0",
    "security",
    "A target of 65,536 bytes or more reached the app cut off; now it is refused.",
    "https://github.com/MagicStack/httptools/issues/142",
    noticed_by=("proxy",),
)
HANDSHAKES_BY_WEBSOCKETS = Change(
    "websockets",
    "1.0",
    "feature",
    "Where websockets is installed, a WebSocket handshake reaches the app, which closes it, "
    "as it has no such route: 403. Without a library it is handled as a GET.",
    "https://www.uvicorn.org/settings/#implementation",
    present=True,
    noticed_by=("JavaScript client", "proxy"),
)
HANDSHAKES_SURVIVE = Change(
    "websockets",
    "10.0",
    "fix",
    "A handshake gets a response on Python 3.10 and newer; a TypeError closed its connection "
    "without one.",
    "https://github.com/python-websockets/websockets/commit/ab0e3b91",
    noticed_by=("JavaScript client", "proxy"),
)
SERVER_CAN_BE_LEFT_OUT = Change(
    "websockets",
    "10.4",
    "feature",
    "The response to a handshake leaves out Server where uvicorn wants that; it named Python "
    "and websockets with their versions.",
    "https://github.com/python-websockets/websockets/commit/2a07325c",
    noticed_by=("nobody",),
)
HANDSHAKE_LINES_LONGER = Change(
    "websockets",
    "11.0",
    "change",
    "A line in the head of a handshake may have 8,192 bytes instead of 4,096, such as one of "
    "cookies, and a head may have 128 headers instead of 256; what has more gets 400.",
    "https://github.com/python-websockets/websockets/commit/38b08fb7",
    noticed_by=("browser", "JavaScript client"),
)
REJECTIONS_ARE_NO_FAILURES = Change(
    "websockets",
    "12.0",
    "change",
    "A handshake that is refused is logged as `connection rejected`; it was `connection failed`.",
    "https://github.com/python-websockets/websockets/commit/c41ce814",
    noticed_by=("nobody",),
)
REFUSALS_NAME_CAUSES = Change(
    "websockets",
    "13.0",
    "change",
    "The 400 to a malformed handshake names the causes of its reason, too, such as `; "
    "Incorrect padding`.",
    "https://github.com/python-websockets/websockets/commit/c8c0a9bf",
    noticed_by=("nobody",),
)
REFUSALS_SHORTENED = Change(
    "websockets",
    "13.1",
    "change",
    "The 400 to a handshake with a header twice says `multiple values`; the Sans-I/O layer no "
    "longer adds the name of a missing header as its cause.",
    "https://github.com/python-websockets/websockets/commit/60fc2378",
    noticed_by=("nobody",),
)
ONLY_OPEN_IS_LOGGED = Change(
    "websockets",
    "13.1",
    "fix",
    "The Sans-I/O layer logs `connection open` only where a handshake succeeds; it also did "
    "where the app refused one.",
    "https://github.com/python-websockets/websockets/commit/98f236f8",
    noticed_by=("nobody",),
)
NO_BODY_IS_NO_BODY = Change(
    "websockets",
    "16.0",
    "fix",
    "The Sans-I/O layer takes a handshake with `Content-Length: 0`; it got no response at all.",
    "https://github.com/python-websockets/websockets/commit/6385bdd7",
    noticed_by=("proxy",),
)
HANDSHAKE_HEADERS_DROPPED = Change(
    "websockets",
    "16.1",
    "regression",
    "By the Sans-I/O layer, a handshake with bytes beyond ASCII in a header, such as a name that a "
    "proxy adds, gets no response: its connection is closed, and SIGTERM waits for it for ever.",
    "https://github.com/Kludex/uvicorn/issues/3035",
    last="16.1",
    noticed_by=("JavaScript client", "proxy"),
)
LEGACY_HANDSHAKE_HEADERS_DROPPED = Change(
    "websockets",
    "16.1",
    "regression",
    "With uvicorn before 0.50.0, by the legacy layer, a handshake with bytes beyond ASCII in "
    "a header gets no response: the connection is closed.",
    "https://github.com/python-websockets/websockets/pull/1758",
    last="17.1",
    noticed_by=("JavaScript client", "proxy"),
)
HANDSHAKE_HEADERS_ISO_8859_1 = Change(
    "websockets",
    "17.0",
    "change",
    "Bytes beyond ASCII in a header are read as ISO-8859-1: with uvicorn before 0.52.0, a "
    "handshake with such ones gets no response.",
    "https://github.com/python-websockets/websockets/commit/2503d104",
    noticed_by=("JavaScript client", "proxy"),
)
OTHER_METHODS_REFUSED = Change(
    "websockets",
    "17.0",
    "fix",
    "By the Sans-I/O layer, a handshake by another method than GET gets 405; it got no response "
    "at all.",
    "https://github.com/python-websockets/websockets/commit/cbc5849c",
    noticed_by=("proxy",),
)
LONG_HEADS_NOTED = Change(
    "websockets",
    "17.0",
    "change",
    "A handshake whose head is too long is logged with the 431 that it should get; with "
    "uvicorn no response is sent.",
    "https://github.com/python-websockets/websockets/commit/eda57828",
    noticed_by=("nobody",),
)
HANDSHAKES_BY_WSPROTO = Change(
    "wsproto",
    "0.9.0",
    "feature",
    "Where wsproto is installed, and websockets is not, a WebSocket handshake reaches the "
    "app, which closes it, as it has no such route: 403. Without a library it is handled as a "
    "GET.",
    "https://www.uvicorn.org/settings/#implementation",
    present=True,
    noticed_by=("JavaScript client", "proxy"),
)
MISSING_VERSION_IS_400 = Change(
    "wsproto",
    "1.0.0",
    "change",
    "With wsproto, a handshake without Sec-WebSocket-Version gets 400 instead of 426.",
    "https://github.com/python-hyper/wsproto/commit/ff5aed4",
    noticed_by=("JavaScript client",),
)
UVLOOP_SENDS_AT_ONCE = Change(
    "uvloop",
    "0.9.0",
    "feature",
    "With uvloop, connections to a server that is handed a listening socket have TCP_NODELAY. With "
    "asyncio they have not, and each response after the first waits 40 ms for the client's ACK.",
    "https://github.com/Kludex/uvicorn/issues/3149",
    present=True,
    noticed_by=("JavaScript client", "proxy"),
)
UVLOOP_WAITS_FOR_NO_CLIENT = Change(
    "uvloop",
    "0.9.0",
    "change",
    "With uvloop, wait_closed() of a server returns at once, as with asyncio before Python 3.12: a "
    "second Ctrl-C ends uvicorn while streams are open.",
    "https://github.com/MagicStack/uvloop/blob/v0.23.0/uvloop/server.pyx",
    present=True,
    noticed_by=("JavaScript client", "proxy"),
    beside="python>=3.12",
)
WAITS_FOR_CLIENTS_TO_CLOSE = Change(
    "python",
    "3.12.0",
    "change",
    "asyncio's wait_closed() of a server returned at once; now it waits until every connection is "
    "closed: a second Ctrl-C does not end uvicorn while a stream is open.",
    "https://github.com/python/cpython/issues/120866",
    noticed_by=("JavaScript client", "proxy"),
)
BIND_ERROR_NUMBERED = Change(
    "python",
    "3.12.5",
    "change",
    "Where the server's port is taken, the reason that is logged has the number of the error once "
    "more: `[errno 98] address already in use`.",
    "https://github.com/python/cpython/pull/122279",
    noticed_by=("nobody",),
)
UNIX_SOCKET_REMOVED = Change(
    "python",
    "3.13.0",
    "fix",
    "With --uds, the socket's file stayed when SIGTERM ended the server, since uvicorn 0.29.0; now "
    "asyncio removes it.",
    "https://github.com/python/cpython/pull/111483",
    noticed_by=("nobody",),
)
STATUS_PHRASES_OF_RFC_9110 = Change(
    "python",
    "3.13.0",
    "change",
    "http.HTTPStatus, from which uvicorn takes the reason, has the phrases of RFC 9110.",
    "https://github.com/python/cpython/pull/117611",
    noticed_by=("nobody",),
)
