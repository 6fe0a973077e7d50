import { EventSource } from "undici";
import { listen, run } from "./_adapter.mjs";

run((url, emit) => listen(new EventSource(url), emit));
