import Anthropic from "@anthropic-ai/sdk";
import { Stream } from "@anthropic-ai/sdk/streaming";
import { run } from "./_adapter.mjs";

// `Stream` passes on the event types of Anthropic's API only, so the decoder below it is read.
const decode = Stream.rawEvents ?? (await import("@anthropic-ai/sdk/streaming"))._iterSSEMessages;

run(async (url, emit) => {
  void Anthropic;
  for await (const { event, data } of decode(await fetch(url), new AbortController())) {
    emit({ type: event ?? "message", data });
  }
});
