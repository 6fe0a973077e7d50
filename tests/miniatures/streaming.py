"""A miniature that streams: `python streaming.py DEFECT INTERVAL` counts for many subscribers, and
does something wrong with one of the first five of each.
"""

import asyncio
import os
import sys

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
DEFECT, INTERVAL = sys.argv[1], float(sys.argv[2])


def chunk(text: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text), text)


def event(number: int) -> bytes:
    return chunk(b"data: %d\r\n\r\n" % number)


def sent(number: int) -> bytes:
    """What goes out in the place of an event."""
    match DEFECT, number:
        case "disorders", 2:
            return event(2) + event(2)
        case "disorders", 3:
            return event(4)
        case "disorders", 4:
            return event(3)
        case "disorders", 5:
            return b""
        case "cuts", 3:
            return chunk(b"data: 3\r\n")[:-1]
    return event(number)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    if DEFECT == "wrong":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHuh?")
        writer.close()
        return
    writer.write(HEAD)
    number = 0
    while DEFECT != "never":
        await asyncio.sleep(INTERVAL)
        number += 1
        writer.write(sent(number))
        await writer.drain()
        if number == 3 and DEFECT == "cuts":
            break
        if number == 3 and DEFECT == "dies":
            os._exit(7)
    if DEFECT == "never":
        await asyncio.sleep(30)
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"INFO:     Uvicorn running on http://127.0.0.1:{port} (miniature)", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
