// Unpack the data, then show it.

async function start() {
  prepared(await unpacked(byId("data").textContent.trim()));
  drawHead();
  drawTurned();
  drawNotJudged();
  drawRuns();
  byId("kind").addEventListener("change", drawChanges);
  byId("costs").hidden = byId("to-costs").hidden = !data.costs.length;
  byId("page").hidden = false;
  startPickers();
  startMatrix();
  startCell();
  pick(...picked());
  byId("waiting").remove();
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.group:not([open])")];
    for (const details of closed) {
      if (details.children.length === 1) details.append(...details.inside().filter(Boolean));
      details.open = true;
    }
    drawMatrix(true);
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    drawMatrix();
  });
  document.documentElement.dataset.ready = Math.round(performance.now());
}

start().catch((error) => {
  const old = typeof DecompressionStream === "undefined";
  byId("waiting").textContent = old
    ? "This browser cannot unpack the data of the page: it takes Chrome 80, Firefox 113, Safari 16.4 or newer."
    : `The data of this page cannot be read: ${error}`;
  throw error;
});
