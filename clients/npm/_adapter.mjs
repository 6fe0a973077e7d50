// What every adapter of an npm package needs: which streams to read, and how to say what came.
//
// Standard input: {"urls": [...], "types": [...]}; `types` are the event types to listen to.
// Standard output, one JSON object a line, `stream` the index of the URL:
//   {"stream": 0, "type": "message", "data": "1", "id": "", "retry": 3000}
//   {"stream": 0, "error": "SyntaxError: ..."}
//   {"stream": 0, "end": true}
import { readFileSync } from "node:fs";

const AT_ONCE = 8;
const MILLISECONDS = 30_000;
const { urls, types } = JSON.parse(readFileSync(0, "utf-8"));
export { types };

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

/** Read a stream by an object of the EventSource interface; its first error is the end. */
export function listen(source, emit) {
  return new Promise((resolve) => {
    for (const type of types) {
      source.addEventListener(type, (event) =>
        emit({ type: event.type, data: event.data, id: event.lastEventId ?? "" }),
      );
    }
    source.addEventListener("error", () => {
      source.close();
      resolve();
    });
  });
}
