import polyfill from "event-source-polyfill";
import { listen, run } from "./_adapter.mjs";

run((url, emit) => listen(new polyfill.EventSourcePolyfill(url), emit));
