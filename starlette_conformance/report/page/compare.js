// What lies between two answers, and between two stacks. `data` is as schema.json has it.

const DANGERS = ["status", "body", "framing", "header value", "header presence"];
const FRAMING = ["transfer-encoding", "content-length"];
let data;
let turnsOf; // by spec: its turns, with the request and how often it had been asked before

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
  turnsOf = data.specs.map(() => []);
  for (const turn of data.turns) {
    const asked = exchangesOf(turn.spec, turn.stack)[turn.exchange];
    Object.assign(turn, { key: asked.key, answer: asked.answer });
    turnsOf[turn.spec].push(turn);
  }
}

const cellOf = (spec, stack) => data.cells[data.specs[spec].cells[stack]] ?? null;

// The exchanges of a cell; `key` pairs each with the one of another stack.
function exchangesOf(spec, stack) {
  const cell = cellOf(spec, stack);
  if (!cell) return [];
  if (!cell.keyed) {
    const seen = new Map();
    cell.keyed = cell.exchanges.map(([request, answer]) => {
      const before = seen.get(request) ?? 0;
      seen.set(request, before + 1);
      return { key: `${request}/${before}`, request, answer };
    });
  }
  return cell.keyed;
}

function headersOf(answer) {
  const found = new Map();
  for (const [name, value] of answer.headers) {
    found.set(name, found.has(name) ? `${found.get(name)} | ${value}` : value);
  }
  return found;
}

// The fields in which two answers differ, the most dangerous first.
function fieldsBetween(before, after) {
  const found = [];
  const note = (danger, where, one, other) => {
    if (one !== other) found.push({ danger, where, before: one, after: other });
  };
  note("status", "status", `${before.status}`, `${after.status}`);
  note("status", "reason", before.reason, after.reason);
  note("status", "version", before.version, after.version);
  note("status", "interim answers", before.interim.join(), after.interim.join());
  note("body", "body", before.body, after.body);
  note("framing", "ending", before.ending, after.ending);
  note("framing", "closes", `${before.closes}`, `${after.closes}`);
  const [ours, theirs] = [headersOf(before), headersOf(after)];
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const both = ours.has(name) && theirs.has(name);
    const framing = FRAMING.includes(name) && !both;
    const danger = framing ? "framing" : both ? "header value" : "header presence";
    note(danger, name, ours.get(name) ?? null, theirs.get(name) ?? null);
  }
  return found.sort((a, b) => DANGERS.indexOf(a.danger) - DANGERS.indexOf(b.danger));
}

// Everything that differs between two stacks.
function comparison(older, newer) {
  const found = { older, newer, compared: 0, differing: [], oneSided: 0, notCompared: 0, failing: [] };
  data.specs.forEach((_, spec) => {
    const [one, other] = [cellOf(spec, older), cellOf(spec, newer)];
    if (other && other.verdict === "fail") found.failing.push(spec);
    if (!one || !other) {
      if (one || other) found.notCompared += 1;
      return;
    }
    const before = new Map(exchangesOf(spec, older).map((each) => [each.key, each]));
    for (const exchange of exchangesOf(spec, newer)) {
      const pair = before.get(exchange.key);
      before.delete(exchange.key);
      if (!pair) {
        found.oneSided += 1;
        continue;
      }
      found.compared += 1;
      if (pair.answer === exchange.answer) continue;
      const fields = fieldsBetween(data.answers[pair.answer], data.answers[exchange.answer]);
      found.differing.push({
        spec,
        request: exchange.request,
        before: pair.answer,
        after: exchange.answer,
        fields,
        danger: fields[0].danger,
        ...explanation(spec, exchange, pair.answer, fields, older, newer),
      });
    }
    found.oneSided += before.size;
  });
  found.unexplained = found.differing.filter((each) => !each.explained);
  found.changes = [...new Set(found.differing.flatMap((each) => each.changes))];
  found.security = securityBetween(older, newer);
  return found;
}

function securityBetween(older, newer) {
  const [had, has] = [data.stacks[older].has, data.stacks[newer].has];
  const packages = { ...data.stacks[newer].packages, python: "" };
  const names = Object.keys(data.changes).filter((name) => data.changes[name].kind === "security");
  return {
    gained: names.filter((name) => has.includes(name) && !had.includes(name)),
    lost: names.filter((name) => had.includes(name) && !has.includes(name)),
    lacking: names.filter(
      (name) =>
        data.stacks[newer].packages &&
        data.changes[name].package in packages &&
        !has.includes(name) &&
        !had.includes(name),
    ),
  };
}
