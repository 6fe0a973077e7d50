// What real clients made of streams: a row for each client, a column for each behaviour, and one for
// each stream that releases of a package send.

const clientsOpen = new Set();

// Behaviours, without those whose streams have a column each; the places of the streams in either.
function clientColumns() {
  const columns = new Map();
  data.clients.streams.forEach(({ name, behaviour, package: sender, releases }, place) => {
    const key = sender === null ? `behaviour ${behaviour}` : `stream ${name}`;
    if (!columns.has(key)) columns.set(key, { label: behaviour, sender, releases, places: [] });
    columns.get(key).places.push(place);
  });
  return [...columns.values()].sort((one, other) => (one.sender !== null) - (other.sender !== null));
}

// Whether one of the two stacks that are compared sends the stream of a column.
const isSent = ({ sender, releases }) =>
  sender !== null && [upgrade.older, upgrade.newer].some((stack) => releases.includes(data.stacks[stack].packages?.[sender]));

// What came of those streams that were sent to a client, by their places.
const outcomesOf = (row, places) => places.filter((place) => row.outcomeOf.has(place)).map((place) => data.clients.outcomes[row.outcomeOf.get(place)]);
const clientName = ({ client, version }) => visible(`${client} ${version}`.trim());

function drawClientCell(row, column) {
  const outcomes = outcomesOf(row, column.places);
  const wrong = outcomes.filter((each) => each.difference);
  const isNew = wrong.some((each) => !each.known);
  const right = `${outcomes.length - wrong.length}/${outcomes.length}`;
  const words = !outcomes.length ? "–" : !wrong.length ? "ok" : column.sender === null ? right : "differs";
  const tone = !outcomes.length ? "quiet" : !wrong.length ? "good" : isNew ? "bad" : "warned";
  return make("td", { class: `${tone}${isSent(column) ? " sent" : ""}` }, `${words}${isNew ? " !" : ""}`);
}

function drawClientDetails(row, width) {
  const items = data.clients.streams.flatMap(({ name, behaviour }, place) => {
    const [found] = outcomesOf(row, [place]);
    if (!found?.difference) return [];
    const why = found.link ? make("a", { href: found.link, rel: "noreferrer", target: "_blank" }, visible(found.known)) : visible(found.known || "new: clients/manifest.toml does not have it");
    return [make("li", null, make("code", null, visible(name)), make("span", { class: "quiet" }, ` ${visible(behaviour)} `), visible(found.difference), make("span", { class: "why" }, why))];
  });
  const list = items.length ? make("ul", null, items) : make("p", null, "It is given the right events on each stream.");
  return make("tr", { class: "details" }, make("td", { colspan: width }, make("div", null, list)));
}

function drawClientRow(row, columns) {
  const name = clientName(row);
  if (row.not_judged) {
    return [make("tr", null, make("th", { scope: "row" }, name), make("td", { class: "bad", colspan: columns.length }, `not judged: ${visible(row.not_judged)}`))];
  }
  const open = clientsOpen.has(row);
  const toggle = () => {
    if (!clientsOpen.delete(row)) clientsOpen.add(row);
    drawClients();
    byId("clients-rows").querySelector(`[data-client="${data.clients.rows.indexOf(row)}"]`).focus();
  };
  const button = make("button", { type: "button", class: "link", "aria-expanded": `${open}`, "data-client": data.clients.rows.indexOf(row), onclick: toggle }, name);
  const line = make("tr", null, make("th", { scope: "row" }, button), columns.map((column) => drawClientCell(row, column)));
  return open ? [line, drawClientDetails(row, columns.length + 1)] : [line];
}

function drawClientHead(columns) {
  const groups = [];
  for (const column of columns) {
    if (!groups.length || groups.at(-1).sender !== column.sender) groups.push({ sender: column.sender, columns: [] });
    groups.at(-1).columns.push(column);
  }
  const above = groups.map(({ sender, columns: those }) => make("th", { scope: "colgroup", colspan: those.length }, sender === null ? "by the HTML standard" : visible(sender)));
  const below = columns.map((column) => {
    const { label, sender, releases } = column;
    const span = releases.length > 1 ? `${releases[0]} … ${releases.at(-1)}` : releases[0];
    const title = sender === null ? null : `the same bytes from ${releases.map(visible).join(", ")}`;
    return make("th", { scope: "col", title, class: isSent(column) ? "sent" : "" }, visible(sender === null ? label : span));
  });
  return [make("tr", null, make("th", { rowspan: 2 }, "client"), above), make("tr", null, below)];
}

function drawClients() {
  const { clients } = data;
  byId("clients").hidden = byId("to-clients").hidden = !clients;
  if (!clients) return;
  const columns = clientColumns();
  const judged = clients.rows.filter((row) => !row.not_judged);
  const wrong = judged.flatMap((row) => outcomesOf(row, [...row.outcomeOf.keys()])).filter((each) => each.difference);
  const fresh = wrong.filter((each) => !each.known).length;
  const names = new Set(judged.map((row) => row.client)).size;
  const left = clients.rows.length - judged.length;
  byId("clients-summary").textContent =
    `${counted(names, "client")} in ${counted(judged.length, "version")} on ${counted(clients.streams.length, "stream")}: ${counted(wrong.length - fresh, "known difference")} from the HTML standard, ${grouped(fresh)} new` +
    `${left ? `; ${grouped(left)} not judged` : ""}.`;
  fill(byId("clients-head"), drawClientHead(columns));
  fill(byId("clients-rows"), clients.rows.flatMap((row) => drawClientRow(row, columns)));
}
