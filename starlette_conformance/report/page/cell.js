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
    cell ? "" : make("p", null, "This spec has no verdict on this stack: the run was cut off, or the spec was not selected."),
    phases(spec, stack),
    ...(cell?.requests ?? []).map((request, place) => drawExchange(spec, stack, request, place)),
    cell && !cell.requests.length ? make("p", { class: "quiet" }, "No exchange is recorded with this spec.") : "",
    make("h4", null, "Reproduce"),
    make("pre", { tabindex: 0 }, make("code", null, `starlette-conformance serve ${each.app} --stack ${quoted(visible(data.stacks[stack].name))} --port 8000\n`)),
    rerun(each, data.stacks[stack]),
  );
}

// The command that runs the spec on the stack again, and what the stack is made of.
function rerun(spec, stack) {
  if (!stack.packages) return null;
  const packages = Object.entries(stack.packages).map(([name, version]) => `${name} ${version}`).sort();
  const seed = stack.hash_seed === null ? "hash seed left to the environment" : `hash seed ${stack.hash_seed}`;
  const [name, bracket, rest] = spec.id.split(/(\[)(.*)/s);
  const words = ["pytest", `${name}[${stack.rerun_name}${bracket ? `-${rest}` : "]"}`, ...stack.rerun_options];
  return [
    stack.rerun_name ? make("h4", null, "Run this spec again") : null,
    stack.rerun_name ? make("pre", { tabindex: 0 }, make("code", null, `${words.map((word) => quoted(visible(word))).join(" ")}\n`)) : null,
    make("p", { class: "quiet" }, visible(`${packages.join(", ")}; ${stack.parser}, ${stack.loop}, ${`${stack.implementation} ${stack.python}`.trim()}, ${seed}`)),
  ];
}

const decoded16 = (text) => text.split("\n").map(visible).join("\n");

// The responses that the row has had, in its group, each with the releases that gave it.
function phases(spec, stack) {
  const found = [];
  let before = "";
  for (const number of data.stacks[stack].group.stacks) {
    const cell = cellOf(spec, number);
    const now = cell ? `${cell.verdict} ${cell.requests.map((request) => responseOn(request, number))}` : "missing";
    if (now !== before) found.push([]);
    found.at(-1).push(number);
    before = now;
  }
  if (found.length < 2) return null;
  const buttons = found.map((stacks) => {
    const [first, last] = [data.stacks[stacks[0]].short, data.stacks[stacks.at(-1)].short];
    const cell = cellOf(spec, stacks[0]);
    const statuses = [...new Set((cell?.requests ?? []).map((request) => data.responses[responseOn(request, stacks[0])].status || "none"))];
    const said = !cell ? "no verdict" : cell.verdict === "pass" ? statuses.join(", ") : cell.verdict;
    return make(
      "button",
      { type: "button", class: "phase", "aria-pressed": `${stacks.includes(stack)}`, onclick: () => openCell(spec, stacks[0]) },
      make("b", null, first === last ? visible(first) : `${visible(first)} – ${visible(last)}`),
      ` ${said}`,
    );
  });
  return make("div", { class: "phases", role: "group", "aria-label": "responses by release" }, buttons);
}

// The nearest stack on a side that got the same request.
function nearest(request, stack, step) {
  for (let other = neighbour(stack, step); other !== null; other = neighbour(other, step)) {
    if (phaseOn(request, other) !== undefined) return other;
  }
  return null;
}

function drawExchange(spec, stack, number, place) {
  const [before, after] = [-1, 1].map((step) => nearest(number, stack, step));
  const pairs = [[before, stack], [stack, after]].filter((pair) => !pair.includes(null));
  const parts = pairs.map((pair) => turned(number, ...pair)).filter(Boolean);
  if (!parts.length) {
    const names = [before, after].filter((other) => other !== null).map((other) => data.stacks[other].short);
    parts.push(
      make("figure", null, make("figcaption", null, names.length ? `Response, as on ${visible(listed(names))}` : "Response"), code(responseLines(responseOn(number, stack)))),
    );
  }
  const request = data.requests[number];
  return make(
    "section",
    { class: "exchange" },
    make("h4", null, `${place + 1}. `, make("code", null, requestLine(number)), request.app === data.specs[spec].app ? null : ` to ${visible(request.app)}`),
    make("details", { open: place === 0 && request.text.length < 600 }, make("summary", null, "Request"), code(requestLines(number)), make("p", { class: "quiet" }, "reproduce:"), make("pre", { tabindex: 0 }, make("code", null, visible(request.command).slice(0, LONGEST)))),
    parts,
  );
}

function turned(request, older, newer) {
  const why = explanation(request, older, newer);
  if (!why) return null;
  const names = [older, newer].map((stack) => visible(data.stacks[stack].label));
  return make(
    "div",
    { class: "turned" },
    make("p", null, severityBadge(why.severity), ` differs between ${names[0]} and ${names[1]}: `, make("span", { class: "fields" }, fieldWords(why.fields).join("; "))),
    Object.keys(why.reasons).map((name) => make("p", { class: "why" }, changeWords(name), make("span", { class: "said" }, data.changes[name]?.sentence ?? ""))),
    why.explained ? null : make("p", { class: "why unexplained" }, "No named change explains it."),
    sideBySide(why.before, why.after, names),
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
