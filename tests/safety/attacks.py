"""What an attacker sends: well-known tricks, and with hypothesis everything in between."""

from urllib.parse import quote, quote_from_bytes

from hypothesis import strategies as st

from tests.safety.attacker import MARK

# Each tries to become an element, an attribute, a script, a header, a link, a file, a formula or a fault.
TRICKS = [
    f"<{MARK}>",
    f'"><{MARK}>',
    f"'><{MARK}>",
    f'" {MARK}=1 onfocus="{MARK}()" autofocus x="',
    f"' {MARK}=1 onfocus='{MARK}()' x='",
    f"` {MARK}=1 x=`",
    f"</textarea><{MARK}>",
    f"</title></script></style></svg></select></template><{MARK}>",
    f"<script>{MARK}()</script>",
    f"<img src=x onerror={MARK}()>",
    f"<svg><use href='data:image/svg+xml,<{MARK}/>'/></svg>",
    f"<!--{MARK}-->",
    f"<![CDATA[{MARK}]]><?{MARK}?>",
    f"&lt;{MARK}&gt; &#60;{MARK}&#62;",
    f"\uff1c{MARK}\uff1e \u2039{MARK}\u203a",
    f"javascript:{MARK}()",
    f"data:text/html,<{MARK}>",
    f"{{{{7*7}}}}{MARK} {{% {MARK} %}} {{# {MARK} #}}",
    f"${{7*7}}{MARK} %s %(x)s {{}} {{0.__class__}}",
    f"\r\nSet-Cookie: {MARK}=1\r\n\r\n<{MARK}>",
    f"%0d%0aSet-Cookie:%20{MARK}=1",
    f"\u560d\u560aSet-Cookie:{MARK}=1",
    f"//{MARK}.example/",
    f"https://{MARK}.example/",
    f"https://kinship.example@{MARK}.example/councils/leeds",
    f"https://kinship.example.{MARK}.example/councils/leeds",
    f"https://kinship.example/councils/leeds/../../{MARK}",
    f"\\\\{MARK}.example\\x",
    f"../../../../etc/passwd\0{MARK}",
    f"..\\..\\{MARK}",
    f"=HYPERLINK(\"http://{MARK}.example\",1)",
    f"@SUM(1){MARK}",
    f"'; DROP TABLE councils; -- {MARK}",
    f"' OR 1=1 -- {MARK}",
    f"\0{MARK}\0",
    f"\x01\x08\x0b\x0c\x1b[2J{MARK}\x7f\x85",
    f"\ud800{MARK}\udfff",
    f"\u202e{MARK}\u202c\u2066x\u2069",
    f"{MARK}" + "e\u0301\u0302" * 1500,
    f"\ufdfa{MARK}" + "\ufdfa" * 90,
    f"\u2028{MARK}\u2029\ufeff\ufffe\uffff",
    f"{MARK}" + "\U0001f469\u200d\U0001f467" * 300,
    f"{MARK}" + "9" * 5000,
    f"-1e309{MARK}",
    f"{MARK},{MARK},,,;;|" * 200,
    "٣" * 50 + MARK,
]  # fmt: skip
# Ends of a query or a form that are not even well formed.
BROKEN = [
    b"%",
    b"%z",
    b"%zz",
    b"%ff%fe",
    b"%ED%A0%80",
    b"%00",
    b"%c0%ae",
    b"\xff\xfe",
    b"=",
    b"&&&",
    b"a;b",
    b"%u0041",
]
HEADERS = (
    "Host X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Port X-Forwarded-Prefix "
    "X-Forwarded-Server Forwarded X-Real-IP X-Original-URL X-Rewrite-URL X-HTTP-Method-Override "
    "X-Script-Name Referer Origin User-Agent Accept Accept-Charset Accept-Encoding Accept-Language "
    "Authorization Cookie Content-Type Content-Encoding Content-Length If-Match If-None-Match "
    "If-Modified-Since If-Unmodified-Since If-Range Range Expect Upgrade Connection TE Transfer-Encoding "
    "Cache-Control Pragma Date Via Proxy Sec-Fetch-Site Sec-WebSocket-Key"
).split()
# Values that are nearly what such a header should hold.
NEARLY = [
    "", " ", ",", ",,,;=;", "*", "*/*;q=x", "gzip;q=-1, br;q=1e999, *", "identity;q=0", "bytes=0-0",
    "bytes=-1", "bytes=5-1,0-,,-", "bytes=" + "0-0," * 200, "bytes=99999999999999999999-", "items=0-1",
    'W/"', '"a", W/"b", *', "Sun, 99 Foo 99999 99:99:99 GMT", "Thu, 01 Jan 1970 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT", "-1", "1e9", "Basic ====", "Basic \x80\xff", "Bearer", "Digest a=",
    'a=b; ;;="; c="\\', "for=;by=;host=evil", "a..b", "[::1", "a" * 300 + ".example",
    "evil.example:99999999", "evil.example@kinship.example", "localhost/../x", "websocket", "Upgrade",
    "100-continue", "chunked", "1, 1, 1, 1", "999.1.2.3:port", "en;q=0.5;q=2, xx-", "multipart/form-data",
    'multipart/form-data; boundary="', "text/html; charset=utf-7",
    "application/x-www-form-urlencoded; charset=zz", "\xff\xfe\x80", "http://[", "https",
]  # fmt: skip

marked = st.text(max_size=40).map(lambda text: f"{text}{MARK}{text[::-1]}")
texts = st.one_of(st.sampled_from(TRICKS), marked, st.tuples(marked, st.sampled_from(TRICKS)).map("".join))
encoded = st.one_of(
    texts.map(lambda text: encode(text)),
    texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=40).map(lambda raw: quote_from_bytes(raw).encode()),
    st.sampled_from(BROKEN),
)
in_a_header = st.one_of(
    st.sampled_from(NEARLY),
    texts.map(lambda text: as_header(text)),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
)


def encode(text: str) -> bytes:
    """As browsers send it in an address or a form; what has no UTF-8, as its bytes would be."""
    return quote(text, safe="", errors="surrogatepass").encode()


def as_header(text: str) -> str:
    """As a server hands it over: bytes as Latin-1, without the three that it never lets through."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1").translate({0: None, 10: None, 13: None})


def pairs(names: st.SearchStrategy[str]) -> st.SearchStrategy[bytes]:
    """A query or a form: any fields, any number of times, in any order."""
    pair = st.tuples(names.map(encode), encoded).map(b"=".join)
    return st.lists(st.one_of(pair, pair, encoded), max_size=8).map(b"&".join)
