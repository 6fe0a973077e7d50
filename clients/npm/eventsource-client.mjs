import { createEventSource } from "eventsource-client";
import { follow, inTime, run } from "./_adapter.mjs";

run(
  (url, emit) =>
    new Promise((resolve) => {
      const close = () => {
        source.close();
        resolve();
      };
      const source = createEventSource({
        url,
        onMessage: ({ event, data, id }) => emit({ type: event ?? "message", data, id: id ?? "" }),
        onDisconnect: () => follow || close(),
      });
      inTime(close);
    }),
);
