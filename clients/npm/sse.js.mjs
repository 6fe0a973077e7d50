import { SSE } from "sse.js";
import { XMLHttpRequest } from "./_xml_http_request.mjs";
import { run, types } from "./_adapter.mjs";

globalThis.XMLHttpRequest = XMLHttpRequest;

run(
  (url, emit) =>
    new Promise((resolve) => {
      const source = new SSE(url, { start: false });
      for (const type of types) {
        source.addEventListener(type, (event) =>
          emit({ type, data: event.data, id: event.lastEventId ?? event.id ?? "" }),
        );
      }
      for (const end of ["error", "abort", "readystatechange"]) {
        source.addEventListener(end, (event) => {
          if (end === "readystatechange" && event.readyState !== SSE.CLOSED) return;
          source.close();
          resolve();
        });
      }
      source.stream();
    }),
);
