import { streamSse } from "@continuedev/fetch";
import { run } from "./_adapter.mjs";

run(async (url, emit) => {
  for await (const data of streamSse(await fetch(url))) emit({ data: JSON.stringify(data) });
});
