import { createEventSourceResponseHandler } from "@ai-sdk/provider-utils";
import { z } from "zod";
import { run } from "./_adapter.mjs";

const handle = createEventSourceResponseHandler(z.any());

run(async (url, emit) => {
  const { value } = await handle({ response: await fetch(url), url, requestBodyValues: {} });
  for await (const result of value) {
    if (result.success) emit({ data: JSON.stringify(result.value) });
    else throw result.error;
  }
});
