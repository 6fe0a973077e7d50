// Why two answers differ: the named changes behind it, and the parsers.

const alteredBy = new Map(); // by change: what `alters` has found

// What explains a difference between two parsers that no change does: both specs passed.
const PARSERS = "h11 and httptools";
const changeOf = (name) =>
  name === PARSERS
    ? { sentence: "The parsers read or write this differently; the spec passes with either." }
    : data.changes[name];

const differsBy = (name, older, newer) =>
  data.stacks[older].has.includes(name) !== data.stacks[newer].has.includes(name);

// The changes behind a difference: those of the turns that lie between, in the group of both, or in
// one that has both answers; else those that the spec asserted, one way and the other, and passed,
// as far as they alter what differs. The parsers have the rest, where they differ.
function explanation(spec, exchange, before, differing, older, newer) {
  const both = data.stacks[older].group === data.stacks[newer].group;
  const between = both
    ? turnsBetween(spec, exchange.key, data.stacks[older].group, older, newer)
    : turnsElsewhere(spec, exchange.key, before, exchange.answer);
  if (between.length) {
    const names = [...new Set(between.flatMap((turn) => turn.changes))];
    const lying = names.filter((name) => differsBy(name, older, newer));
    const explained = between.every((turn) => turn.explained) && lying.length > 0;
    if (both || explained) return { changes: lying, explained };
  }
  const [one, other] = [cellOf(spec, older), cellOf(spec, newer)];
  if (one.verdict !== "pass" || other.verdict !== "pass") return { changes: [], explained: false };
  const fields = differing.map((each) => each.where);
  const fieldsOf = (name) => alters(name) ?? fields;
  const changes = Object.keys(one.changes).filter(
    (name) =>
      name in other.changes &&
      one.changes[name] !== other.changes[name] &&
      fieldsOf(name).some((field) => fields.includes(field)),
  );
  const altered = new Set(changes.flatMap(fieldsOf));
  const parsers = data.stacks[older].parser !== data.stacks[newer].parser;
  if (parsers && !fields.every((field) => altered.has(field))) changes.push(PARSERS);
  return { changes, explained: changes.length > 0 };
}

// The fields that a change alters where a turn names it alone; null where none does.
function alters(name) {
  if (!alteredBy.has(name)) {
    const fields = data.turns
      .filter((turn) => turn.explained && turn.changes.length === 1 && turn.changes[0] === name)
      .flatMap((turn) => {
        const was = exchangesOf(turn.spec, turn.since).find((each) => each.key === turn.key);
        return fieldsBetween(data.answers[was.answer], data.answers[turn.answer]);
      });
    alteredBy.set(name, fields.length ? [...new Set(fields.map((each) => each.where))] : null);
  }
  return alteredBy.get(name);
}

function turnsBetween(spec, key, group, one, other) {
  const [first, last] = [data.stacks[one].place, data.stacks[other].place].sort((a, b) => a - b);
  return turnsOf[spec].filter((turn) => {
    const { group: its, place } = data.stacks[turn.stack];
    return turn.key === key && its === group && place > first && place <= last;
  });
}

function turnsElsewhere(spec, key, before, after) {
  for (const group of data.groups) {
    let nearest = null;
    const seen = {};
    group.stacks.forEach((stack) => {
      const answer = exchangesOf(spec, stack).find((each) => each.key === key)?.answer;
      if (answer !== before && answer !== after) return;
      const from = seen[answer === before ? after : before];
      seen[answer] = stack;
      if (from !== undefined && nearest === null) nearest = [from, stack];
    });
    if (nearest) return turnsBetween(spec, key, group, ...nearest);
  }
  return [];
}
