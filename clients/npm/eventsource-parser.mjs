import { createParser } from "eventsource-parser";
import { run } from "./_adapter.mjs";

run(async (url, emit) => {
  const onEvent = ({ event, data, id }) => emit({ type: event ?? "message", data, id: id ?? "" });
  let parser;
  try {
    parser = createParser((parsed) => parsed.type === "event" && onEvent(parsed)); // before 3.0
  } catch {
    parser = createParser({ onEvent });
  }
  const decoder = new TextDecoder();
  for await (const chunk of (await fetch(url)).body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
  }
});
