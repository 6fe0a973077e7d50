import { parseJsonEventStream } from "@ai-sdk/provider-utils";
import { z } from "zod";
import { run } from "./_adapter.mjs";

run(async (url, emit) => {
  const { body } = await fetch(url);
  for await (const result of parseJsonEventStream({ stream: body, schema: z.any() })) {
    if (result.success) emit({ data: JSON.stringify(result.value) });
    else throw result.error;
  }
});
