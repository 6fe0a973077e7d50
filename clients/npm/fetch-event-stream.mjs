import { events } from "fetch-event-stream";
import { run } from "./_adapter.mjs";

run(async (url, emit) => {
  for await (const { event, data, id } of events(await fetch(url))) {
    emit({ type: event ?? "message", data: data ?? "", id: id === undefined ? "" : String(id) });
  }
});
