import OpenAI from "openai";
import { run } from "./_adapter.mjs";

run(async (url, emit) => {
  const client = new OpenAI({ apiKey: "none", baseURL: url, maxRetries: 0 });
  for await (const value of await client.get("", { stream: true })) {
    emit({ data: JSON.stringify(value) });
  }
});
