// The two pickers, the result, and the differences by the change behind them.

const upgrade = { older: 0, newer: 0, requests: new Set() };
const SHOWN = 20;

function startPickers() {
  for (const id of ["older", "newer"]) {
    const groups = data.groups.map((group) => {
      const options = group.stacks.map((number) => make("option", { value: number }, visible(data.stacks[number].label)));
      return data.groups.length > 1 ? make("optgroup", { label: visible(group.name) }, options) : options;
    });
    byId(id).append(...groups.flat());
    byId(id).addEventListener("change", () => pick(Number(byId("older").value), Number(byId("newer").value)));
  }
  byId("swap").addEventListener("click", () => pick(upgrade.newer, upgrade.older));
  addEventListener("hashchange", () => pick(...picked()));
}

// The two stacks that the address names, or those that the data proposes.
function picked() {
  const named = new URLSearchParams(location.hash.slice(1));
  return ["old", "new"].map((key, place) => {
    const found = data.stacks.findIndex((stack) => stack.label === named.get(key));
    return found < 0 ? data.pair[place] : found;
  });
}

function pick(older, newer) {
  const chosen = upgrade.found !== undefined;
  if (chosen && older === upgrade.older && newer === upgrade.newer) return;
  const found = comparison(older, newer);
  Object.assign(upgrade, { older, newer, found, requests: new Set(found.differing.map((each) => each.request)) });
  byId("older").value = older;
  byId("newer").value = newer;
  const labels = [older, newer].map((number) => data.stacks[number].label);
  if (chosen) history.replaceState(null, "", `#${new URLSearchParams({ old: labels[0], new: labels[1] })}`);
  drawResult(found, labels.map(visible));
  drawDifferences(found);
  drawChanges();
  drawCosts();
  drawClients();
  redrawMatrix();
  showNewer();
}

function verdictWords(found) {
  const { differing, outcomes, unexplained, groups, compared, played, failing, older, newer } = found;
  if (older === newer) return ["quiet", "These are one stack: pick another."];
  if (!compared && !played) return ["bad", "No request was sent to both: these two cannot be compared."];
  const kinds = [[differing, compared, "response"], [outcomes, played, "scenario"]].filter(([, all]) => all);
  const some = `${kinds.map(([those, all, name]) => `${grouped(those.length)} of ${counted(all, name)}`).join(" and ")} differ`;
  const whole = kinds.map(([, all, name]) => counted(all, name)).join(" and ");
  const [tone, words] = !differing.length && !outcomes.length
    ? ["good", `Nothing that clients see differs, of ${whole}.`]
    : unexplained.length
      ? ["bad", `${some}, ${grouped(unexplained.length)} of them unexplained.`]
      : ["good", `${some}, all explained by ${counted(groups.length, "change")}.`];
  if (!failing.length) return [tone === "good" && found.partly ? "warned" : tone, words];
  return ["bad", `${words} ${counted(failing.length, "spec fails", "specs fail")} on the newer.`];
}

function drawResult(found, labels) {
  const [tone, words] = verdictWords(found);
  byId("result").className = `result ${tone}`;
  const { gained, lost, lacking } = found.security;
  const asides = [
    gained.length && ["good", `${counted(gained.length, "security fix", "security fixes")} come${gained.length === 1 ? "s" : ""} with it`],
    lost.length && ["bad", `${counted(lost.length, "security fix", "security fixes")} would be lost`],
    lacking.length && ["bad", `${counted(lacking.length, "security fix", "security fixes")} in neither`],
    found.unlike.length && ["warned", `they differ in ${listed(found.unlike)}`],
    found.notCompared && ["quiet", `${counted(found.notCompared, "spec")} judged on one of the two only`],
    found.oneSided && ["quiet", `${counted(found.oneSided, "request")} sent to one of the two only`],
  ].filter(Boolean);
  fill(
    byId("result"),
    make("p", { class: "words" }, words),
    asides.length ? make("ul", { class: "asides" }, asides.map(([its, text]) => make("li", { class: its }, text))) : "",
    severityBar([...found.differing, ...found.outcomes]),
    moved(found, labels),
  );
}

function severityBar(differing) {
  const counts = data.severities.map((severity) => [severity, differing.filter((each) => each.severity === severity).length]);
  const shown = counts.filter(([, count]) => count);
  if (!shown.length) return "";
  const bar = shown.map(([severity, count]) => {
    const part = make("span", { class: `severity-${severity}` });
    part.style.flexGrow = count;
    return part;
  });
  const words = shown.map(([severity, count]) =>
    make("li", null, make("i", { class: `dot severity-${severity}` }), make("b", null, grouped(count)), ` ${severity}`),
  );
  return make("div", { class: "severities" }, make("div", { class: "bar", "aria-hidden": "true" }, bar), make("ul", null, words));
}

// The packages in which the two differ.
function moved({ older, newer }, labels) {
  const all = [older, newer].map((number) => {
    const { packages, python, parser, loop } = data.stacks[number];
    return packages ? { ...packages, Python: python, parser, loop } : {};
  });
  const names = [...new Set([...Object.keys(all[0]), ...Object.keys(all[1])])].sort();
  const differing = names.filter((name) => all[0][name] !== all[1][name]);
  const words = differing.map((name) => make("li", null, make("b", null, visible(name)), ` ${visible(all[0][name] ?? "none")} → ${visible(all[1][name] ?? "none")}`));
  return make("div", { class: "moved" }, make("span", { class: "printed" }, `${labels[0]} → ${labels[1]}`), words.length ? make("ul", null, words) : make("p", { class: "quiet" }, "All packages are the same."));
}

function drawDifferences(found) {
  const security = drawSecurity(found.security);
  const failing = found.failing.length
    ? folded("bad", "fail", [make("span", { class: "said" }, `Specs that fail on ${visible(data.stacks[found.newer].label)}`)], counted(found.failing.length, "spec"), () => [
        specList(found.failing.map((spec) => ({ spec, text: cellOf(spec, found.newer).reason.split("\n", 1)[0] })), found.newer),
      ])
    : null;
  const unexplained = found.unexplained.length
    ? folded("bad", "unexplained", [make("span", { class: "said" }, "No named change explains these differences")], casesOf(found.unexplained), () => examples(found, found.unexplained))
    : null;
  const explained = found.groups.map(({ name, severity, those }) => {
    const summary = make("span", { class: "change" }, make("span", { class: "said" }, data.changes[name]?.sentence ?? name), data.changes[name] && make("span", { class: "about" }, changeWords(name, isGone(name, found))));
    const apps = [...new Set(those.map(appOf))];
    return folded("", severity, summary, `${casesOf(those)} · ${visible(apps.join(", "))}`, () => [noticed([name]), ...examples(found, those)]);
  });
  const all = [security, failing, unexplained, ...explained, drawNotShown(found)].filter(Boolean);
  fill(byId("groups"), all.length ? all : make("p", { class: "quiet" }, "There is nothing to show."));
}

// Whether the older has the change, and the newer lacks it.
const isGone = (name, { older, newer }) => data.stacks[older].has.includes(name) && !data.stacks[newer].has.includes(name);

function drawNotShown(found) {
  const { notShown } = found;
  if (!notShown.length) return null;
  const about = (name) => [make("span", { class: "said" }, data.changes[name].sentence), make("span", { class: "about" }, changeWords(name, isGone(name, found))), make("span", { class: "quiet" }, ` Not shown: ${data.changes[name].unseen ?? "no recorded request shows it"}.`)];
  const list = () => [make("ul", { class: "specs" }, notShown.map((name) => make("li", null, about(name))))];
  return folded("", "not shown", [make("span", { class: "said" }, "Between these stacks, and not compared here")], counted(notShown.length, "change"), list);
}

function folded(tone, badge, summary, count, inside) {
  const details = make(
    "details",
    { class: `group ${tone}` },
    make("summary", null, data.severities.includes(badge) ? severityBadge(badge) : make("span", { class: `badge severity-${badge.replaceAll(" ", "-")}` }, badge), make("span", { class: "words" }, summary), make("span", { class: "count" }, count)),
  );
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(...inside().filter(Boolean));
  });
  details.inside = inside;
  return details;
}

function noticed(names) {
  const who = [...new Set(names.flatMap((name) => data.changes[name]?.noticed_by ?? []))];
  return who.length ? make("p", { class: "noticed" }, `Noticed by: ${listed(who)}.`) : null;
}

const appOf = (each) => (each.scenario ?? data.requests[each.request]).app;

function casesOf(those) {
  const outcomes = those.filter((each) => each.scenario).length;
  const responses = those.length - outcomes;
  return [responses && counted(responses, "response"), outcomes && counted(outcomes, "scenario")].filter(Boolean).join(", ");
}

function examples(found, all) {
  const outcomes = all.filter((each) => each.scenario);
  const those = all.filter((each) => !each.scenario);
  return [...(those.length ? exampleOf(found, those) : []), ...outcomes.map((each) => drawOutcome(found, each))];
}

// A scenario, and what it came to on either stack, in the fields that differ.
function drawOutcome(found, { scenario, fields }) {
  const names = [found.older, found.newer].map((number) => visible(data.stacks[number].label));
  const rows = fields.map(({ where, before, after }) => make("tr", null, make("th", { scope: "row" }, visible(where)), ...[before, after].map((value) => make("td", null, make("code", null, value === null ? "nothing" : visible(value))))));
  return make(
    "details",
    { class: "outcome" },
    make("summary", null, visible(scenario.name), make("span", { class: "quiet" }, ` ${visible(scenario.app)}`)),
    make("ol", { class: "steps" }, scenario.steps.map((step) => make("li", null, visible(step)))),
    make("div", { class: "scrolls" }, make("table", { class: "fields" }, make("thead", null, make("tr", null, make("th", null, "what"), ...names.map((name) => make("th", { scope: "col" }, name)))), make("tbody", null, rows))),
  );
}

function exampleOf(found, those) {
  const example = those.reduce((a, b) => (data.requests[b.request].text.length < data.requests[a.request].text.length ? b : a));
  const names = [found.older, found.newer].map((number) => visible(data.stacks[number].label));
  return [
    make("p", { class: "example" }, "For example ", make("code", null, requestLine(example.request)), ` to ${visible(data.requests[example.request].app)}: `, make("span", { class: "fields" }, fieldWords(example.fields).join("; "))),
    sideBySide(example.before, example.after, names),
    specList(those.map((each) => ({ spec: specOf(each.request, found.newer), text: fieldWords(each.fields)[0], request: each.request })), found.newer),
  ];
}

// The first spec that sends a request to a stack.
function specOf(request, stack) {
  return data.specs.findIndex((_, spec) => cellOf(spec, stack)?.requests.includes(request));
}

// Specs to open, a few at first.
function specList(those, stack) {
  const list = make("ul", { class: "specs" });
  const show = (count) => {
    const items = those.slice(0, count).map(({ spec, text, request }) =>
      make("li", null, make("button", { type: "button", class: "link", onclick: () => openCell(spec, stack) }, request === undefined ? specSentence(spec) : requestLine(request)), make("span", { class: "quiet" }, ` ${visible(text)}`)),
    );
    const rest = those.length - count;
    if (rest > 0) items.push(make("li", null, make("button", { type: "button", class: "more", onclick: () => show(Infinity) }, `${grouped(rest)} more`)));
    list.replaceChildren(...items);
  };
  show(SHOWN);
  return make("details", { class: "all", open: those.length <= 5 }, make("summary", null, `All ${grouped(those.length)}`), list);
}

function drawSecurity({ gained, lost, lacking }) {
  const lines = [
    ...gained.map((name) => ["good", "comes with it", name]),
    ...lost.map((name) => ["bad", "would be lost", name]),
    ...lacking.map((name) => ["bad", "in neither", name]),
  ];
  if (!lines.length) return null;
  return make(
    "section",
    { class: "security", "aria-label": "security fixes" },
    lines.map(([tone, words, name]) =>
      make("div", { class: `line ${tone}` }, make("span", { class: `badge tone-${tone}` }, words), make("span", { class: "change" }, make("span", { class: "said" }, data.changes[name].sentence), make("span", { class: "about" }, changeWords(name)))),
    ),
  );
}
