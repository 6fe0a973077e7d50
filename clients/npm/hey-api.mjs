// The client that @hey-api/openapi-ts writes into a project, in TypeScript.
import { readFileSync } from "node:fs";
import ts from "typescript";
import { run } from "./_adapter.mjs";

const folder = "node_modules/@hey-api/openapi-ts/dist/clients/core/";
const text = readFileSync(`${folder}serverSentEvents.ts`, "utf-8");
const { outputText } = ts.transpileModule(text, { compilerOptions: { module: "ESNext" } });
const { createSseClient } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);

run(async (url, emit) => {
  let error;
  const { stream } = createSseClient({
    url,
    sseMaxRetryAttempts: 1,
    onSseError: (raised) => (error = raised),
    onSseEvent: ({ data, event, id }) =>
      emit({ type: event ?? "message", data: JSON.stringify(data), id: id ?? "" }),
  });
  for await (const data of stream) void data;
  if (error) throw error;
});
