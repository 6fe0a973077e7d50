import * as package_ from "launchdarkly-eventsource";
import { listen, run } from "./_adapter.mjs";

const EventSource = package_.EventSource ?? package_.default.EventSource ?? package_.default;
run((url, emit) => listen(new EventSource(url), emit));
