"""A miniature that is started as an app, and streams. It writes on to clients that read nothing. On
a port that it is given, which is to say when it is started again, it has no streams any more.
"""

import argparse
import asyncio

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
COMMENT = b": %s\r\n\r\n" % (b"x" * 60_000)
COMMENTS = 8
"""Before each event."""
GONE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--interval", type=float, required=True)
options = parser.parse_args()


async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    if options.port:
        writer.write(GONE)
        writer.close()
        return
    writer.write(HEAD)
    for number in range(1, 1000):
        await asyncio.sleep(options.interval)
        texts = (*[COMMENT] * COMMENTS, b"data: %d\r\n\r\n" % number)
        writer.write(b"".join(b"%x\r\n%s\r\n" % (len(text), text) for text in texts))


async def main() -> None:
    server = await asyncio.start_server(respond, "127.0.0.1", options.port)
    port = server.sockets[0].getsockname()[1]
    print(f"INFO:     Uvicorn running on http://127.0.0.1:{port} (miniature)", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
