// What Python found between two stacks, looked up. `data` is as schema.json has it.

let data;
let turnsOf; // by spec: where the response to one of its requests changed, and the stack

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function prepared(found) {
  data = found;
  const names = Map.groupBy ? Map.groupBy(data.stacks, (stack) => stack.name) : null;
  data.stacks.forEach((stack, number) => {
    const alike = names
      ? names.get(stack.name)
      : data.stacks.filter((other) => other.name === stack.name);
    stack.number = number;
    stack.label = alike.length > 1 ? `${stack.name} (${stack.started.slice(0, 16)})` : stack.name;
  });
  for (const group of data.groups) {
    const parts = group.stacks.map((number) => data.stacks[number].label.split("-"));
    const shared = parts.length > 1 && parts.every((part) => part.length > 1 && part[0] === parts[0][0]);
    group.stacks.forEach((number, place) => {
      data.stacks[number].group = group;
      data.stacks[number].place = place;
      data.stacks[number].short = shared
        ? parts[place].slice(1).join("-")
        : data.stacks[number].label;
    });
  }
  data.specs.forEach((spec, number) => (spec.number = number));
  for (const thing of [...data.requests, ...data.scenarios]) {
    thing.phaseOn = new Map(thing.phases.flatMap((phase, place) => phase.stacks.map((stack) => [stack, place])));
    thing.why = new Map(thing.between.map(([one, other, number]) => [`${one}/${other}`, number]));
  }
  for (const row of data.clients?.rows ?? []) row.outcomeOf = new Map(row.cells);
  const turned = new Map();
  for (const turn of data.turns) {
    const key = `${turn.request}/${turn.stack}`;
    if (!turned.has(key)) turned.set(key, []);
    turned.get(key).push(turn);
  }
  turnsOf = data.specs.map((spec) =>
    spec.cells.flatMap((number, stack) =>
      number === null ? [] : [...new Set(data.cells[number].requests)].flatMap((request) => turned.get(`${request}/${stack}`) ?? []),
    ),
  );
}

const cellOf = (spec, stack) => data.cells[data.specs[spec].cells[stack]] ?? null;
const phaseOn = (request, stack) => data.requests[request].phaseOn.get(stack);
const responseOn = (request, stack) => data.requests[request].phases[phaseOn(request, stack)]?.response ?? null;

// Why the responses of two stacks to a request differ, as Python explained it; null where they do not.
function explanation(request, older, newer) {
  const why = explained(data.requests[request], older, newer);
  return why && { request, ...why, before: responseOn(request, older), after: responseOn(request, newer) };
}

// The same of a request or a scenario.
function explained(thing, older, newer) {
  const [one, other] = [thing.phaseOn.get(older), thing.phaseOn.get(newer)];
  const number = thing.why.get(`${Math.min(one, other)}/${Math.max(one, other)}`);
  if (number === undefined) return null;
  const { severity, differences, remaining, reasons } = data.explanations[number];
  const turned = (field) => (one < other ? field : { ...field, before: field.after, after: field.before });
  const fields = (differences.length ? differences : remaining).map((field) => turned(data.differences[field]));
  return { severity, reasons, fields, explained: !remaining.length };
}

// Of a version of Python, what `diff` compares; the name of a parser or a loop has no dot.
const minor = (word) => word?.split(".").slice(0, 2).join(".");

// Everything that differs between two stacks.
function comparison(older, newer) {
  const found = { older, newer, compared: 0, differing: [], played: 0, outcomes: [], oneSided: 0, notCompared: 0, failing: [] };
  const isWanted = (thing) => thing.compared && (!thing.only_for.length || thing.only_for.some((name) => differsBy(name, older, newer)));
  data.requests.forEach((request, number) => {
    if (!isWanted(request)) return;
    const sent = [older, newer].filter((stack) => request.phaseOn.has(stack)).length;
    found.compared += sent === 2;
    found.oneSided += sent === 1;
    const why = sent === 2 ? explanation(number, older, newer) : null;
    if (why) found.differing.push(why);
  });
  for (const scenario of data.scenarios.filter(isWanted)) {
    const both = [older, newer].every((stack) => scenario.phaseOn.has(stack));
    found.played += both;
    const why = both ? explained(scenario, older, newer) : null;
    if (why) found.outcomes.push({ scenario, ...why });
  }
  data.specs.forEach((_, spec) => {
    const [one, other] = [cellOf(spec, older), cellOf(spec, newer)];
    if (other && other.verdict === "fail") found.failing.push(spec);
    found.notCompared += !one !== !other;
  });
  const all = [...found.differing, ...found.outcomes];
  found.unexplained = all.filter((each) => !each.explained);
  found.groups = groupsOf(all.filter((each) => each.explained));
  found.security = securityBetween(older, newer);
  found.unlike = ["parser", "loop", "python"].filter((part) => minor(data.stacks[older][part]) !== minor(data.stacks[newer][part]));
  found.partly = Boolean(found.oneSided || found.notCompared || found.unlike.length);
  const shown = new Set(found.groups.map((group) => group.name));
  found.notShown = Object.keys(data.changes).filter((name) => differsBy(name, older, newer) && !shown.has(name));
  return found;
}

const differsBy = (name, older, newer) =>
  data.stacks[older].has.includes(name) !== data.stacks[newer].has.includes(name);

const ranked = (severities) =>
  severities.reduce((one, other) => (data.severities.indexOf(other) < data.severities.indexOf(one) ? other : one));

// A group for each change that alters something, the most dangerous first.
function groupsOf(explained) {
  const groups = new Map();
  for (const each of explained) {
    for (const [name, severity] of Object.entries(each.reasons)) {
      if (!groups.has(name)) groups.set(name, { name, severities: [], those: [] });
      groups.get(name).severities.push(severity);
      groups.get(name).those.push(each);
    }
  }
  for (const group of groups.values()) group.severity = ranked(group.severities);
  const place = (group) => data.severities.indexOf(group.severity);
  return [...groups.values()].sort((a, b) => place(a) - place(b) || b.those.length - a.those.length);
}

function securityBetween(older, newer) {
  const found = { gained: [], lost: [], lacking: [] };
  for (const [name, has] of Object.entries(data.stacks[newer].fixes)) {
    const standing = data.standings[`${data.stacks[older].fixes[name]}/${has}`];
    if (standing) found[standing].push(name);
  }
  return found;
}
