import { fetchEventSource } from "@microsoft/fetch-event-source";
import { follow, inTime, run } from "./_adapter.mjs";

globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} }; // a page
globalThis.window = globalThis;

run((url, emit) => {
  const over = new AbortController();
  inTime(() => over.abort());
  return fetchEventSource(url, {
    signal: over.signal,
    onmessage: ({ event, data, id, retry }) =>
      emit({ type: event || "message", data, id, ...(retry === undefined ? {} : { retry }) }),
    onclose() {
      if (follow) throw new Error("closed"); // or it would not try again
    },
    onerror(error) {
      if (!follow) throw error; // or it would
    },
  });
});
