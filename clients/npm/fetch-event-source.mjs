import { fetchEventSource } from "@microsoft/fetch-event-source";
import { run } from "./_adapter.mjs";

globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} }; // a page
globalThis.window = globalThis;

run((url, emit) =>
  fetchEventSource(url, {
    onmessage: ({ event, data, id, retry }) =>
      emit({ type: event || "message", data, id, ...(retry === undefined ? {} : { retry }) }),
    onerror(error) {
      throw error; // or it would try again
    },
  }),
);
