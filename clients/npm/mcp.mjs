import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { run } from "./_adapter.mjs";

run(async (url, emit) => {
  let ended;
  let over = false;
  const end = new Promise((resolve) => (ended = resolve));
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    async fetch(...words) {
      const response = await fetch(...words);
      if (!response.body) return response;
      const watched = new TransformStream({ flush: () => setTimeout(ended, 20) });
      const body = response.body.pipeThrough(watched);
      return new Response(body, { status: response.status, headers: response.headers });
    },
  });
  transport.onmessage = (message) => emit({ data: JSON.stringify(message) });
  transport.onerror = (error) => {
    if (!over) emit({ error: `${error.name}: ${error.message}` });
    setTimeout(ended, 20);
  };
  await transport.start();
  await transport.send({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  await end;
  over = true; // it goes on to connect again
  await transport.close();
});
