import * as package_ from "react-native-sse";
import { XMLHttpRequest } from "./_xml_http_request.mjs";
import { run, types } from "./_adapter.mjs";

globalThis.XMLHttpRequest = XMLHttpRequest;
const EventSource = package_.default.default ?? package_.default;

run(
  (url, emit) =>
    new Promise((resolve) => {
      const source = new EventSource(url, { timeoutBeforeConnection: 0, pollingInterval: 0 });
      for (const type of types) {
        source.addEventListener(type, (event) =>
          emit({ type, data: event.data, id: event.lastEventId ?? "" }),
        );
      }
      source.addEventListener("error", resolve);
      const open = source.open.bind(source);
      source.open = () => {
        open();
        source._xhr.addEventListener("load", () => setTimeout(resolve));
      };
    }),
);
