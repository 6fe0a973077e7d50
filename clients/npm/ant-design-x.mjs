import { createRequire } from "node:module";
import { run } from "./_adapter.mjs";

const require = createRequire(import.meta.url);
let loaded;
try {
  loaded = require("@ant-design/x-sdk/lib/x-stream"); // since 2.0
} catch {
  loaded = require("@ant-design/x/lib/x-stream");
}

run(async (url, emit) => {
  const { body } = await fetch(url);
  for await (const { data } of loaded.default({ readableStream: body })) {
    emit({ data: data ?? "" });
  }
});
