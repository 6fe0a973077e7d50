// What every adapter of an npm package needs: which streams to read, and how to say what came.
//
// Standard input: {"urls": [...], "types": [...], "follow": 8}; `types` are the event types to listen
// to. With `follow`, an end of a stream is not the end: the client connects again, or gives up by
// itself, and is closed after so many seconds.
// Standard output, one JSON object a line, `stream` the index of the URL:
//   {"stream": 0, "type": "message", "data": "1", "id": "", "retry": 3000}
//   {"stream": 0, "error": "SyntaxError: ..."}
//   {"stream": 0, "end": true}
import { readFileSync } from "node:fs";

const MILLISECONDS = 30_000;
const { urls, types, follow = 0 } = JSON.parse(readFileSync(0, "utf-8"));
const AT_ONCE = follow ? urls.length : 8;
export { follow, types };

/** Call `close` when the time to follow is over. */
export function inTime(close) {
  if (follow) setTimeout(close, follow * 1000);
}

let output = "";
function write(stream, fields) {
  output += JSON.stringify({ stream, ...fields }) + "\n";
}

/** Read every stream by `read(url, emit)`, which resolves when the stream is over. */
export async function run(read) {
  const left = urls.entries();
  const worker = async () => {
    for (const [stream, url] of left) {
      const emit = (fields) => write(stream, fields);
      let timer;
      const late = new Promise((resolve) => {
        timer = setTimeout(() => resolve(emit({ error: "no end within 30 s" })), MILLISECONDS);
      });
      try {
        await Promise.race([read(url, emit), late]);
      } catch (error) {
        emit({ error: `${error.name}: ${error.message}`.slice(0, 300) });
      }
      clearTimeout(timer);
      emit({ end: true });
    }
  };
  process.on("uncaughtException", (error) => write(-1, { error: String(error).slice(0, 300) }));
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  process.stdout.write(output, () => process.exit(0));
}

/** Read a stream by an object of the EventSource interface; its first error is the end, or, where
 * it is followed, the one that closes it. */
export function listen(source, emit) {
  return new Promise((resolve) => {
    for (const type of types) {
      source.addEventListener(type, (event) =>
        emit({ type: event.type, data: event.data, id: event.lastEventId ?? "" }),
      );
    }
    const close = () => {
      source.close();
      resolve();
    };
    source.addEventListener("error", () => {
      if (!follow || source.readyState === 2) close();
    });
    inTime(close);
  });
}
