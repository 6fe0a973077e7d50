// The changes, what could not be judged, the runs, and the costs as plots.

function drawChanges() {
  const kind = byId("kind").value;
  const counts = new Map();
  for (const turn of data.turns) for (const name of Object.keys(data.explanations[turn.explanation].reasons)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const lying = (name) => differsBy(name, upgrade.older, upgrade.newer);
  const rows = Object.entries(data.changes)
    .filter(([, change]) => !kind || change.kind === kind)
    .reverse()
    .sort(([one], [other]) => lying(other) - lying(one))
    .map(([name, change]) => {
      const lies = lying(name);
      return make(
        "tr",
        { class: lies ? "lies" : "" },
        make("td", null, kindBadge(change)),
        make("td", null, make("span", { class: "said" }, change.sentence), make("span", { class: "name" }, name)),
        make("td", null, make("a", { href: change.link, rel: "noreferrer", target: "_blank" }, `${change.package} ${change.first}`), lastWords(change)),
        make("td", null, (change.noticed_by ?? []).join(", ") || "–"),
        make("td", { class: "number" }, counts.has(name) ? grouped(counts.get(name)) : "–"),
      );
    });
  fill(byId("changes-rows"), rows);
}

function drawTurned() {
  const unexplained = data.turns.filter((turn) => data.explanations[turn.explanation].remaining.length).length;
  byId("turned").textContent = `${counted(data.turns.length, "response")} changed from one stack to the next in its series, ${grouped(unexplained)} of them unexplained.`;
}

function drawNotJudged() {
  const items = data.not_judged.map(({ stack, text }) =>
    make("li", null, stack === null ? null : make("b", null, `${visible(data.stacks[stack].label)}: `), decoded16(text)),
  );
  fill(byId("unjudged"), items.length ? make("ul", null, items) : make("p", { class: "quiet" }, "Every spec that was selected in these runs has a verdict."));
  byId("unjudged-count").textContent = items.length ? ` ${items.length}` : "";
}

const KEY_PACKAGES = ["starlette", "sse-starlette", "uvicorn"];

function drawRuns() {
  const rows = data.stacks.map((stack, number) => {
    const counts = new Map();
    for (const spec of data.specs) {
      const verdict = cellOf(spec.number, number)?.verdict ?? "no verdict";
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    }
    const verdicts = [...counts].map(([word, count]) => `${grouped(count)} ${word}`).join(", ");
    const cells = [visible(stack.label), ...KEY_PACKAGES.map((name) => visible(stack.packages?.[name] ?? "–")), stack.parser ?? "–", stack.loop ?? "–", visible(stack.python ?? "–"), stack.started.slice(0, 16).replace("T", " "), stack.finished ? verdicts : `${verdicts}; cut off`];
    return make("tr", null, cells.map((text) => make("td", null, text)));
  });
  fill(byId("runs-rows"), rows);
}

// What all runs have in common, and when they were.
function drawHead() {
  const versions = ["starlette", "sse-starlette", "uvicorn", "Python"].map((name) => {
    const found = [...new Set(data.stacks.map((stack) => (name === "Python" ? stack.python : stack.packages?.[name])).filter(Boolean))];
    if (!found.length) return null;
    found.sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
    return `${name} ${found.length > 2 ? `${visible(found[0])} … ${visible(found.at(-1))}` : visible(found.join(" and "))}`;
  });
  byId("head").textContent = `${counted(data.stacks.length, "stack")} · ${versions.filter(Boolean).join(" · ")} · judged ${period(data.stacks.map((stack) => stack.started))}`;
}

const SVG = "http://www.w3.org/2000/svg";

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function drawCosts() {
  if (!data.costs.length) return;
  const names = [...new Set(data.costs.flatMap((cost) => Object.keys(cost.instructions)))];
  fill(byId("plots"), names.map(plot));
}

// Instructions by stack, in per cent of the older of the two, or of the first that was measured.
function plot(name) {
  const points = data.costs.filter((cost) => name in cost.instructions);
  const base = points.find((cost) => cost.stack === upgrade.older) ?? points[0];
  const value = (cost) => (100 * cost.instructions[name]) / base.instructions[name];
  const values = points.map(value);
  const [low, high] = [Math.min(99, ...values) - 1, Math.max(101, ...values) + 1];
  const width = Math.max(320, Math.min(720, byId("plots").clientWidth - 26));
  const [height, left, top, bottom] = [216, 46, 16, 110];
  const x = (place) => left + 12 + (points.length > 1 ? (place * (width - left - 30)) / (points.length - 1) : 0);
  const y = (percent) => top + ((high - percent) * (height - top - bottom)) / (high - low);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${visible(name)}: ${points.map((cost) => `${cost.name} ${value(cost).toFixed(1)} %`).join(", ")}` });
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((size) => (high - low) / size <= 5) ?? 500;
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
    svg.append(draw("line", { x1: left, x2: width - 10, y1: y(tick), y2: y(tick), class: tick === 100 ? "base" : "rule" }));
    svg.append(draw("text", { x: left - 6, y: y(tick) + 4, class: "tick" }, `${tick} %`));
  }
  for (const axis of new Set(points.map((cost) => cost.axis).filter(Boolean))) {
    const line = points.map((cost, place) => (cost.axis === axis ? `${x(place)},${y(value(cost))}` : "")).join(" ");
    svg.append(draw("polyline", { points: line.trim() }));
  }
  const every = Math.ceil(points.length / 44);
  points.forEach((cost, place) => {
    const picked = cost.stack !== null && [upgrade.older, upgrade.newer].includes(cost.stack);
    const circle = draw("circle", { cx: x(place), cy: y(value(cost)), r: picked ? 5 : 3, class: picked ? "picked" : "" }, draw("title", {}, `${cost.name}: ${grouped(Math.round(cost.instructions[name]))} instructions, ${value(cost).toFixed(1)} %`));
    svg.append(circle);
    const jump = place > 0 && cost.axis && cost.axis === points[place - 1].axis && Math.abs(value(cost) - value(points[place - 1])) >= 3;
    if (picked || jump) svg.append(draw("text", { x: x(place), y: y(value(cost)) - 8, class: "value" }, value(cost).toFixed(1)));
    if (place % every === 0 || picked) {
      const label = cost.stack === null ? cost.name.replace(/^starlette-/, "") : data.stacks[cost.stack].short;
      svg.append(draw("text", { transform: `translate(${x(place) + 3} ${height - bottom + 12}) rotate(90)`, class: "name" }, visible(label).slice(0, 14)));
    }
  });
  return make("figure", { class: "plot" }, make("figcaption", null, make("b", null, visible(name)), ` 100 % is ${grouped(Math.round(base.instructions[name]))} instructions on ${visible(base.name)}`), svg);
}
