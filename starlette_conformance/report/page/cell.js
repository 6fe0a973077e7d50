// A cell, opened: what the spec said, and each exchange beside those of the releases next to it.

let opened = null;

function openCell(spec, stack) {
  opened = { spec, stack };
  drawCell();
  const dialog = byId("cell");
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(".inside").scrollTop = 0;
}

function neighbour(stack, step) {
  const { group, place } = data.stacks[stack];
  return group.stacks[place + step] ?? null;
}

function drawCell() {
  const { spec, stack } = opened;
  const each = data.specs[spec];
  const cell = cellOf(spec, stack);
  fill(
    byId("cell-title"),
    make("small", null, `${visible(each.app)} · the server`),
    make("span", null, visible(each.name)),
    each.case ? make("code", { class: "case" }, visible(each.case)) : null,
  );
  const step = (by, sign) => {
    const other = neighbour(stack, by);
    return make(
      "button",
      { type: "button", class: "step", disabled: other === null, onclick: () => openCell(spec, other), "aria-label": by < 0 ? "the stack before" : "the stack after" },
      other === null ? sign : by < 0 ? `${sign} ${visible(data.stacks[other].short)}` : `${visible(data.stacks[other].short)} ${sign}`,
    );
  };
  fill(byId("cell-place"), step(-1, "‹"), make("strong", null, visible(data.stacks[stack].label)), step(1, "›"));
  const verdict = cell ? cell.verdict : "missing";
  fill(
    byId("cell-body"),
    make(
      "p",
      { class: "verdict" },
      make("span", { class: `badge verdict-${verdict.replaceAll(" ", "-")}` }, cell ? verdict : "no verdict"),
      make("code", null, visible(each.id)),
    ),
    cell?.reason ? make("pre", { class: "reason", tabindex: 0 }, decoded16(cell.reason)) : "",
    cell ? "" : make("p", null, "This spec has no verdict on this stack: the run was cut off, or the spec was not asked for."),
    phases(spec, stack),
    ...exchangesOf(spec, stack).map((exchange, place) => drawExchange(spec, stack, exchange, place)),
    cell && !cell.exchanges.length ? make("p", { class: "quiet" }, "No exchange is recorded with this spec.") : "",
    make("h4", null, "By hand"),
    make("pre", { tabindex: 0 }, make("code", null, `starlette-conformance serve ${each.app} --stack ${quoted(visible(data.stacks[stack].name))} --port 8000\n`)),
    again(each, data.stacks[stack]),
  );
}

// The command that judges the stack by the spec once more, and what the stack is made of.
function again(spec, stack) {
  if (!stack.packages) return null;
  const packages = Object.entries(stack.packages).map(([name, version]) => `${name} ${version}`).sort();
  const seed = stack.hash_seed === null ? "hash seed left to the environment" : `hash seed ${stack.hash_seed}`;
  const [name, bracket, rest] = spec.id.split(/(\[)(.*)/s);
  const words = ["pytest", `${name}[${stack.called}${bracket ? `-${rest}` : "]"}`, ...stack.again];
  return [
    stack.called ? make("h4", null, "Again") : null,
    stack.called ? make("pre", { tabindex: 0 }, make("code", null, `${words.map((word) => quoted(visible(word))).join(" ")}\n`)) : null,
    make("p", { class: "quiet" }, visible(`${packages.join(", ")}; ${stack.parser}, ${stack.loop}, ${`${stack.implementation} ${stack.python}`.trim()}, ${seed}`)),
  ];
}

const decoded16 = (text) => text.split("\n").map(visible).join("\n");

// The answers that the row has had, in its group, each with the releases that gave it.
function phases(spec, stack) {
  const found = [];
  let before = "";
  for (const number of data.stacks[stack].group.stacks) {
    const cell = cellOf(spec, number);
    const now = cell ? `${cell.verdict} ${cell.exchanges.map((pair) => pair[1])}` : "missing";
    if (now !== before) found.push([]);
    found.at(-1).push(number);
    before = now;
  }
  if (found.length < 2) return null;
  const buttons = found.map((stacks) => {
    const [first, last] = [data.stacks[stacks[0]].short, data.stacks[stacks.at(-1)].short];
    const cell = cellOf(spec, stacks[0]);
    const statuses = [...new Set(exchangesOf(spec, stacks[0]).map((each) => data.answers[each.answer].status || "none"))];
    const said = !cell ? "no verdict" : cell.verdict === "pass" ? statuses.join(", ") : cell.verdict;
    return make(
      "button",
      { type: "button", class: "phase", "aria-pressed": `${stacks.includes(stack)}`, onclick: () => openCell(spec, stacks[0]) },
      make("b", null, first === last ? visible(first) : `${visible(first)} – ${visible(last)}`),
      ` ${said}`,
    );
  });
  return make("div", { class: "phases", role: "group", "aria-label": "answers by release" }, buttons);
}

// The nearest stack on a side that was asked the same.
function askedAlike(spec, stack, key, step) {
  for (let other = neighbour(stack, step); other !== null; other = neighbour(other, step)) {
    const found = exchangesOf(spec, other).find((each) => each.key === key);
    if (found) return { stack: other, answer: found.answer };
  }
  return null;
}

function drawExchange(spec, stack, exchange, place) {
  const [before, after] = [-1, 1].map((step) => askedAlike(spec, stack, exchange.key, step));
  const differing = [before, after].map((other) => other && other.answer !== exchange.answer);
  const parts = [];
  if (differing[0]) parts.push(turned(spec, before, { stack, answer: exchange.answer }, exchange.key));
  if (differing[1]) parts.push(turned(spec, { stack, answer: exchange.answer }, after, exchange.key));
  if (!parts.length) {
    const names = [before, after].filter(Boolean).map((other) => data.stacks[other.stack].short);
    parts.push(
      make("figure", null, make("figcaption", null, names.length ? `Answer, as on ${visible(listed(names))}` : "Answer"), code(answerLines(exchange.answer))),
    );
  }
  const app = data.requests[exchange.request].app;
  return make(
    "section",
    { class: "exchange" },
    make("h4", null, `${place + 1}. `, make("code", null, requestLine(exchange.request)), app === data.specs[spec].app ? null : ` to ${visible(app)}`),
    make("details", { open: place === 0 && data.requests[exchange.request].text.length < 600 }, make("summary", null, "Request"), code(requestLines(exchange.request)), make("p", { class: "quiet" }, "by hand:"), make("pre", { tabindex: 0 }, make("code", null, visible(data.requests[exchange.request].by_hand).slice(0, LONGEST)))),
    parts,
  );
}

function turned(spec, older, newer, key) {
  const turn = turnsOf[spec].find((each) => each.stack === newer.stack && each.key === key);
  const names = [older, newer].map((side) => visible(data.stacks[side.stack].label));
  const fields = fieldsBetween(data.answers[older.answer], data.answers[newer.answer]);
  return make(
    "div",
    { class: "turned" },
    make("p", null, make("span", { class: `badge danger-${fields[0].danger.replaceAll(" ", "-")}` }, fields[0].danger), ` differs between ${names[0]} and ${names[1]}: `, make("span", { class: "fields" }, fieldWords(fields).join("; "))),
    turn?.changes.length
      ? turn.changes.map((name) => make("p", { class: "why" }, changeWords(name), make("span", { class: "said" }, changeOf(name)?.sentence ?? "")))
      : null,
    turn?.explained ? null : make("p", { class: "why unexplained" }, "Nothing in these runs explains it."),
    sideBySide(older.answer, newer.answer, names),
  );
}

function startCell() {
  const dialog = byId("cell");
  byId("cell-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.target.closest("pre")) return;
    const other = neighbour(opened.stack, step);
    if (other !== null) openCell(opened.spec, other);
    event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    if (byId("matrix").offsetParent && matrix.at.column >= 0) byId("matrix").focus({ preventScroll: true });
  });
}
