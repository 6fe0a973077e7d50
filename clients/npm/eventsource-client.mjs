import { createEventSource } from "eventsource-client";
import { run } from "./_adapter.mjs";

run(
  (url, emit) =>
    new Promise((resolve) => {
      const source = createEventSource({
        url,
        onMessage: ({ event, data, id }) => emit({ type: event ?? "message", data, id: id ?? "" }),
        onDisconnect: () => {
          source.close();
          resolve();
        },
      });
    }),
);
