import * as package_ from "eventsource";
import { listen, run } from "./_adapter.mjs";

const EventSource = package_.EventSource ?? package_.default; // a class by name since 3.0
run((url, emit) => listen(new EventSource(url), emit));
