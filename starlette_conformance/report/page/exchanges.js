// Requests and responses in the form of `curl -v`, side by side, with the lines that differ marked.

function requestLines(request) {
  const [head, ...rest] = data.requests[request].text.split("\r\n\r\n");
  const lines = head.split("\r\n").map((line) => `> ${visible(line)}`);
  return [...lines, ...bodyLines(rest.join("\r\n\r\n"))];
}

function responseLines(number) {
  const response = data.responses[number];
  const lines = response.interim.flatMap((head) => head.split("\r\n").map((line) => `< ${visible(line)}`));
  if (response.status) lines.push(`< ${response.version} ${response.status} ${visible(response.reason)}`);
  for (const [name, value] of response.headers) lines.push(`< ${name}: ${visible(value)}`);
  const body = bodyLines(response.body);
  if (body.length) lines.push("<", ...body);
  for (const text of response.extensions) lines.push(`* chunk extension ${visible(text)}`);
  for (const [name, value] of response.trailers) lines.push(`< ${name}: ${visible(value)}  (trailer)`);
  if (response.rest) lines.push(`* after the end: ${visible(response.rest)}`);
  if (response.ending !== "whole") lines.push(`* ${visible(response.ending)}`);
  if (response.closes) lines.push("* the server closes the connection");
  return lines;
}

function code(lines, others = null, mark = "") {
  const left = new Map();
  for (const line of others ?? []) left.set(line, (left.get(line) ?? 0) + 1);
  const shown = lines.map((line) => {
    const same = !others || left.get(line) > 0;
    if (others && same) left.set(line, left.get(line) - 1);
    return make(same ? "span" : mark, { class: "line" }, line || " ");
  });
  return make("pre", { tabindex: 0 }, make("code", null, shown));
}

function sideBySide(before, after, names) {
  const [ours, theirs] = [responseLines(before), responseLines(after)];
  return make(
    "div",
    { class: "pair" },
    make("figure", null, make("figcaption", null, names[0]), code(ours, theirs, "del")),
    make("figure", null, make("figcaption", null, names[1]), code(theirs, ours, "ins")),
  );
}

function fieldWords(fields) {
  const short = (value) => {
    if (value === null) return "nothing";
    const text = visible(value);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text || "empty";
  };
  const words = fields.map((field) => `${field.where.replace("header ", "")}: ${short(field.before)} → ${short(field.after)}`);
  return words.length > 4 ? [...words.slice(0, 3), `${words.length - 3} more fields`] : words;
}

const USUAL = ["Host: 127.0.0.1:PORT", "User-Agent: starlette-conformance", "Accept: */*"];

// What a request asks, in a line: its first one, and the headers that are not in all of them.
function requestLine(request) {
  const [first, ...headers] = data.requests[request].text.split("\r\n\r\n", 1)[0].split("\r\n");
  const own = headers.filter((header) => !USUAL.includes(header));
  const line = visible([first.replace(/ HTTP\/1\.1$/, ""), ...own].join("  ·  "));
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

function specSentence(spec) {
  const each = data.specs[spec];
  return `${visible(each.name)}${each.case ? ` [${visible(each.case)}]` : ""}`;
}

// Red is bad news: not a severity, which a fix has, too, nor a regression that goes away.
function kindBadge({ kind, news }, lost = false) {
  const tone = news[lost ? "goes" : "comes"] && `tone-${news[lost ? "goes" : "comes"]}`;
  return make("span", { class: `badge kind-${kind} ${tone}` }, lost ? `${kind}, gone` : kind);
}

function severityBadge(severity) {
  return make("span", { class: "badge severity" }, make("i", { class: `dot severity-${severity}` }), severity);
}

const lastWords = ({ first, last }) => (last === null ? "" : last === first ? " only" : ` to ${last}`);

function changeWords(name, lost = false) {
  const change = data.changes[name];
  if (!change) return [make("span", { class: "name" }, name)];
  const until = lastWords(change);
  return [
    kindBadge(change, lost),
    make("a", { href: change.link, rel: "noreferrer", target: "_blank" }, `${change.package} ${change.first}${until}`),
    make("span", { class: "name" }, name),
  ];
}
